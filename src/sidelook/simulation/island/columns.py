"""Types of the arrays that the island's kernels take."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Cells: TypeAlias = NDArray[np.int64]
Marks: TypeAlias = NDArray[np.bool_]
Bytes: TypeAlias = NDArray[np.uint8]
