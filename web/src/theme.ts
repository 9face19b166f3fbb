/** Themes: a quiet base, and few colours that mean something (Okabe and Ito's, safe for colour-blind eyes). */
import type { Palette } from './layer/frame';

export type Rgb = readonly [red: number, green: number, blue: number];
export type ThemeName = 'dark' | 'light';

/** Colours of the map's base, as CSS. */
export interface BaseColours {
  sea: string;
  land: string;
  /** Ground above 250, 600 and 1000 m. */
  relief: readonly [string, string, string];
  coast: string;
  water: string;
  road: string;
  majorRoad: string;
  label: string;
  labelHalo: string;
  waterLabel: string;
  grid: string;
  fan: string;
}

export interface Theme {
  name: ThemeName;
  base: BaseColours;
  palette: Palette;
}

const DARK: Theme = {
  name: 'dark',
  base: {
    sea: '#10161d',
    land: '#222d37',
    relief: ['#27333c', '#2d3a42', '#35434a'],
    coast: '#4c6072',
    water: '#16202a',
    road: '#3a4854',
    majorRoad: '#566879',
    label: '#9fb0bf',
    labelHalo: '#141b22',
    waterLabel: '#5f7a92',
    grid: '#1a232c',
    fan: '#8fa5b8',
  },
  palette: {
    ground: rgb('#56b4e9'),
    air: rgb('#d98fb8'),
    sea: rgb('#2fc29a'),
    plot: rgb('#f0e442'),
    dwell: rgb('#7fa8c4'),
    selected: rgb('#f5a623'),
    casing: rgb('#0b1015'),
    quiet: rgb('#e8eef3'),
    truth: rgb('#ff8a5c'),
  },
};

const LIGHT: Theme = {
  name: 'light',
  base: {
    sea: '#dfe7ec',
    land: '#f4f3ef',
    relief: ['#ecebe2', '#e3e1d5', '#d9d6c8'],
    coast: '#9fb0bc',
    water: '#d3dfe6',
    road: '#d2d0c8',
    majorRoad: '#b9b6ab',
    label: '#4c5a66',
    labelHalo: '#f7f6f2',
    waterLabel: '#5d7d94',
    grid: '#d5dee4',
    fan: '#54697b',
  },
  palette: {
    ground: rgb('#0072b2'),
    air: rgb('#a8477d'),
    sea: rgb('#00785a'),
    plot: rgb('#9a6a00'),
    dwell: rgb('#3f7ea6'),
    selected: rgb('#c25400'),
    casing: rgb('#ffffff'),
    quiet: rgb('#26313b'),
    truth: rgb('#b8431a'),
  },
};

export const THEMES: Readonly<Record<ThemeName, Theme>> = { dark: DARK, light: LIGHT };

function rgb(hex: string): Rgb {
  const number = parseInt(hex.slice(1), 16);
  return [((number >> 16) & 255) / 255, ((number >> 8) & 255) / 255, (number & 255) / 255];
}
