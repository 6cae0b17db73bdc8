import { describe, expect, it } from 'vitest';
import { componentsOf, postBody, stateOf } from '../../../src/core/outward/statuspage.ts';
import { message } from '../../support/prism-view.ts';

describe('componentsOf', () => {
  it('knows systems by their names, and says when one has no component', () => {
    const components = { API: 'c1', 'Web shop': 'c2' };
    expect(componentsOf([' api ', 'API', 'web SHOP'], components)).toEqual({
      ids: ['c1', 'c2'],
      unknown: false,
    });
    expect(componentsOf(['mail'], components)).toEqual({ ids: [], unknown: true });
    expect(componentsOf(['mail'], {})).toEqual({ ids: [], unknown: false });
    expect(componentsOf(['__proto__', 'constructor'], components)).toEqual({ ids: [], unknown: true });
  });
});

describe('stateOf', () => {
  it('claims no outage below P1', () => {
    expect([stateOf('P0'), stateOf('P1'), stateOf('P2'), stateOf('P3'), stateOf(undefined)]).toEqual([
      ...['major_outage', 'partial_outage', 'degraded_performance', 'degraded_performance'],
      'degraded_performance',
    ]);
  });
});

describe('postBody', () => {
  it('names no component where none changes', () => {
    const ours = { uid: 'u', state: 'major_outage', components: ['c1'], posts: [] } as const;
    const { incident } = postBody({ metadata: {}, components: ['c1'] }, ours, 'k', message(), ['c1']);
    expect(Object.keys(incident).sort()).toEqual(['body', 'deliver_notifications', 'metadata', 'status']);
  });
});
