import type { Answer, Asked } from '../../support/prism-stand.ts';

interface PageIncident {
  id: string;
  status: string;
  metadata: Record<string, unknown>;
  components: { id: string; status: string }[];
  updates: { status: string; body: string; told: boolean }[];
}
/** Body of a create or an update. */
export interface Sent {
  incident: {
    name?: string;
    status: string;
    body: string;
    metadata: Record<string, unknown>;
    deliver_notifications: boolean;
    components?: Record<string, string>;
    component_ids?: string[];
  };
}

/** The page pg1 as far as our requests go. */
export function fakePage() {
  const incidents: PageIncident[] = [];
  const state = { incidents, components: ['cmpApi', 'cmpWeb'] };
  const shown = ({ updates, ...rest }: PageIncident) => ({
    ...rest,
    ...{ shortlink: `https://stspg.example/${rest.id}`, incident_updates: updates },
  });
  const carryOut = (incident: PageIncident, { incident: sent }: Sent): void => {
    incident.status = sent.status;
    incident.metadata = sent.metadata;
    incident.updates.push({ status: sent.status, body: sent.body, told: sent.deliver_notifications });
    if (sent.component_ids)
      incident.components = sent.component_ids.map((id) => ({
        id,
        status:
          sent.components?.[id] ?? incident.components.find((one) => one.id === id)?.status ?? 'operational',
      }));
  };
  return Object.assign(state, {
    answer({ method, path, body }: Asked): Answer | null {
      const id = /\/incidents\/([^/]+)$/.exec(path)?.[1];
      const found = incidents.find((one) => one.id === id);
      if (path === '/pages/pg1') return { status: 200, body: { id: 'pg1', name: 'Acme' } };
      if (path === '/pages/pg1/components')
        return { status: 200, body: state.components.map((one) => ({ id: one, name: one })) };
      if (id === 'unresolved')
        return { status: 200, body: incidents.filter(({ status }) => status !== 'resolved').map(shown) };
      if (path === '/pages/pg1/incidents' && method === 'GET')
        return { status: 200, body: incidents.map(shown) };
      if (path === '/pages/pg1/incidents' && method === 'POST') {
        const made = { id: `inc${incidents.length}`, status: '', metadata: {}, components: [], updates: [] };
        incidents.unshift(made);
        carryOut(made, body as Sent);
        return { status: 201, body: shown(made) };
      }
      if (!found) return null;
      if (method === 'PATCH') carryOut(found, body as Sent);
      return { status: 200, body: shown(found) };
    },
  });
}
