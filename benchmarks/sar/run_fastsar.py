"""Form one image by FastSAR and say how long it took; run by an interpreter that has it, on a file of arrays.

The grid of FastSAR has pixel i at (i - n / 2) spacings from its centre, so the caller lays its own there.
"""

import sys
import time

import numpy as np
from fastsar import ExactFormer, ImageFormer


def main(source: str, target: str, method: str, upsample: int) -> None:
    """Form the image of the arrays in ``source``; write it and the processor seconds to ``target``."""
    given = np.load(source)
    pixels, spacing = int(given["pixels"]), float(given["spacing"])
    positions, reference, samples = given["antenna"], given["reference"], given["samples"]
    band = (float(given["start"]), float(given["step"]), samples.shape[1])
    place = (pixels, pixels, spacing, spacing)
    if method == "factorised":
        former = ImageFormer(positions, *band, *place, backend="cpu", window=False, ref=reference)
    else:
        former = ExactFormer(
            positions, *band, *place, backend="cpu", window=False, ref=reference, interp=method, upsample=upsample
        )
    former(samples)
    seconds = []
    for _ in range(3):
        begin = time.process_time()
        image = former(samples)
        seconds.append(time.process_time() - begin)
    np.savez(target, image=image, seconds=min(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
