import { PulseError } from '../core/errors.ts';

/** What every log says of a purge that cannot be. */

export function notPurgeable(): PulseError {
  return new PulseError(
    'invalid_input',
    'The record of a purge cannot itself be purged.',
    'Name the event whose text has to go; get_incident lists the events with their ids.',
  );
}

export function notFound(): PulseError {
  return new PulseError(
    'not_found',
    'This incident has no event with that id.',
    'Take the id from the timeline of this incident, then repeat the purge.',
  );
}
