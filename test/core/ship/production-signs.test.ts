import { describe, expect, it } from 'vitest';
import { productionSigns, reachesProduction } from '../../../src/core/ship/production-signs.ts';

describe('variables that lead to production', () => {
  it.each<[string, string]>([
    ['NODE_ENV', 'production'],
    ['NODE_ENV', ' Production '],
    ['SPRING_PROFILES_ACTIVE', 'metrics,prod'],
    ['DEPLOY_ENV', 'production-eu'],
    ['STAGE', 'prd'],
    ['KUBECONFIG', '/home/ana/.kube/prod.yaml'],
    ['AWS_PROFILE', 'acme-production'],
    ['aws_profile', 'prod'],
    ['AWS_DEFAULT_PROFILE', 'prod1'],
    ['GOOGLE_CLOUD_PROJECT', 'shop-prod'],
    ['TF_WORKSPACE', 'live'],
    ['DOCKER_HOST', 'ssh://root@prod-1'],
    ['PGHOST', 'db.prod.acme.net'],
    ['DB_HOST', 'db-production.acme.net'],
    ['MAIN_STORE', 'postgres://app:pw@db.prod.acme.net/shop'],
    ['SHOP', 'mongodb+srv://u:p@live.acme.mongodb.net'],
    ['SHOP', 'jdbc:postgresql://prod-db/shop'],
  ])('%s=%s', (name, value) => {
    expect(productionSigns({ [name]: value })).toEqual([name]);
  });

  it.each<[string, string]>([
    ['NODE_ENV', 'test'],
    ['NODE_ENV', 'non-production'],
    ['ENV', '/etc/profile'],
    ['KUBECONFIG', '/home/ana/.kube/config'],
    ['AWS_PROFILE', 'dev'],
    ['AWS_PROFILE', 'products'],
    ['PGHOST', 'localhost'],
    ['MAIN_STORE', 'postgres://localhost/product_catalog'],
    ['API_URL', 'https://prod.acme.net'],
    ['NOTE', 'production is down'],
    ['PATH', '/opt/production/bin:/usr/bin'],
  ])('not %s=%s', (name, value) => {
    expect(productionSigns({ [name]: value })).toEqual([]);
  });

  it('never gives a value back', () => {
    const signs = productionSigns({
      'A B': 'postgres://u:secret@prod/x',
      DATABASE_URL: 'postgres://u:secret@prod/x',
    });
    expect(signs).toEqual(['a variable', 'DATABASE_URL']);
  });
});

describe('commands that lead to production', () => {
  it.each<[string[]]>([
    [['sh', '-c', 'cd app && NODE_ENV=production npm test']],
    [['sh', '-c', 'RAILS_ENV="production" bin/rails db:migrate']],
    [['env', 'APP_ENV=prod', 'pytest']],
    [['psql', 'postgres://app@prod-db/shop']],
  ])('%j', (command) => {
    expect(productionSigns({}, command)).toEqual(['command']);
  });

  it.each<[string[]]>([
    [['npm', 'run', 'build:production']],
    [['webpack', '--mode', 'production']],
    [['sh', '-c', 'NODE_ENV=test npm test']],
    [['grep', 'production']],
  ])('not %j', (command) => {
    expect(productionSigns({}, command)).toEqual([]);
  });

  it('nor scripts, unless they name a connection', () => {
    expect(reachesProduction('{"build":"NODE_ENV=production webpack"}')).toBe(false);
    expect(reachesProduction('{"docs":"open https://prod.acme.net"}')).toBe(false);
    expect(reachesProduction('test:\n\tDATABASE_URL=postgres://app@db.prod.acme.net/shop go test\n')).toBe(
      true,
    );
    expect(reachesProduction('')).toBe(false);
  });

  it('in little time, whatever the text', () => {
    const from = performance.now();
    for (const text of ['a://'.repeat(16_000), 'prod '.repeat(12_000), `${'a'.repeat(60_000)}://`]) {
      productionSigns({ DATABASE_URL: text, X: text }, [text]);
      reachesProduction(text);
    }
    expect(performance.now() - from).toBeLessThan(2_000);
  });
});
