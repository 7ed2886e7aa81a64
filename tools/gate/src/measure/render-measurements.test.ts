import { expect, it } from '@jest/globals';
import { parseMeasurements } from './measurement.ts';
import { renderMeasurements } from './render-measurements.ts';

const setting = { date: '2026-11-22', machine: '2 cores' };

it('writes one section per suite, with date, machine and bounds', () => {
  const measured = parseMeasurements(
    '{"suite":"stores","name":"add","value":1234.5,"unit":"calls/s"}\n\n{"suite":"http","name":"CPU per call","value":0.7612,"unit":"x","bound":"<= 0.80"}\n',
  );
  const page = renderMeasurements('', measured, setting);
  expect(page).toContain('## http\n\n2 cores\n');
  expect(page).toContain('| CPU per call | 0.761 x | <= 0.80 | 2026-11-22 |');
  expect(page).toContain('| add | 1235 calls/s | - | 2026-11-22 |');
  expect(page.indexOf('## http')).toBeLessThan(page.indexOf('## stores'));
});

it('keeps the sections of suites that did not run, and replaces those that did', () => {
  const first = renderMeasurements(
    '',
    [
      { suite: 'a', name: 'old', value: 1, unit: 'ms' },
      { suite: 'b', name: 'kept', value: 2, unit: 'ms' },
    ],
    setting,
  );
  const second = renderMeasurements(first, [{ suite: 'a', name: 'new', value: 3, unit: 'ms' }], { ...setting, date: '2026-12-01' });
  expect(second).toContain('| kept | 2.00 ms |');
  expect(second).toContain('2026-12-01');
  expect(second).not.toContain('old');
  expect(renderMeasurements(second, [], setting)).toBe(second);
});

it('keeps the other rows of a suite of which a part ran, on the same machine', () => {
  const rows = [
    { suite: 'a', name: 'one', value: 1, unit: 'ms' },
    { suite: 'a', name: 'two', value: 2, unit: 'ms' },
  ];
  const first = renderMeasurements('', rows, setting);
  const again = [{ suite: 'a', name: 'two', value: 3, unit: 'ms' }];
  const later = { ...setting, date: '2026-12-01', isPart: true };
  expect(renderMeasurements(first, again, later)).toContain('| one | 1.00 ms | - | 2026-11-22 |\n| two | 3.00 ms | - | 2026-12-01 |\n');
  expect(renderMeasurements(first, again, { ...later, machine: '4 cores' })).not.toContain('one');
});

it('names a line that is no measurement', () => {
  expect(() => parseMeasurements('{"suite":"a"}')).toThrow('No measurement: {"suite":"a"}');
});
