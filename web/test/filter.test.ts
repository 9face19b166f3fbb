import { describe, expect, it } from 'vitest';
import { FilterError, type FilterRow, parseFilter } from '../src/filter';

const ROW: FilterRow = {
  track: 12,
  state: 'confirmed',
  class: 'wheeled',
  speed: 43,
  heading: 90,
  plots: 9,
  age: 4,
  error: 60,
  lat: -33.3,
  lon: -27.1,
};

describe('parseFilter', () => {
  it.each([
    ['', true],
    ['speed > 40', true],
    ['speed>43', false],
    ['speed >= 43 and class = wheeled and state = confirmed', true],
    ['class = tracked or state = confirmed', true],
    ['class = tracked or state = coasting', false],
    ['not coasting', true],
    ['not (speed > 40 and wheeled)', false],
    ['tracked or wheeled and speed < 10', false],
    ['(tracked or wheeled) speed > 10', true],
    ['class is not tracked', true],
    ['class = "fixed wing" or class = fixed wing or lat < -33', true],
    ['SPEED > 40 AND Wheeled', true],
    ['12', true],
    ['13', false],
    ['lon < -27 and lon > -28', true],
  ])('"%s" lets the row pass: %s', (text, passes) => {
    expect(parseFilter(text)(ROW)).toBe(passes);
  });

  it('binds "and" closer than "or"', () => {
    const filter = parseFilter('tracked and speed > 100 or wheeled');
    expect(filter(ROW)).toBe(true);
    expect(filter({ ...ROW, class: 'tracked' })).toBe(false);
  });

  it('knows names of two words', () => {
    expect(parseFilter('fixed wing and speed > 40')({ ...ROW, class: 'fixed wing' })).toBe(true);
    expect(parseFilter('fixed wing')(ROW)).toBe(false);
  });

  it.each([
    ['speeed > 40', /I do not know "speeed"/],
    ['speed >', /missing at the end/],
    ['speed > fast', /compared with a number/],
    ['class > wheeled', /takes = or !=/],
    ['class = bicycle', /There is no class "bicycle"/],
    ['(speed > 4', /"\)" is missing/],
    ['speed > 4 )', /one too many/],
    ['speed > 4 and "', /cannot read/],
  ])('"%s" is refused in words', (text, words) => {
    expect(() => parseFilter(text)).toThrow(FilterError);
    expect(() => parseFilter(text)).toThrow(words);
  });
});
