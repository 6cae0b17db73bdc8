interface KindRule {
  kind: string;
  path: RegExp;
  points: number;
  reason: string;
  /** What an excerpt says when this kind of change is to blame. */
  speaks: RegExp;
}

/** The first rule that fits a file decides its kind. `speaks` adds as many points again. */
export const KIND_RULES: readonly KindRule[] = [
  {
    kind: 'migration',
    path: /(?:^|\/)(?:migrations?|migrate|alembic|flyway|liquibase)\/|\.sql$|(?:^|\/)schema\.(?:rb|prisma)$/i,
    points: 14,
    reason: 'changes the database schema',
    speaks:
      /\b(?:sqlstate|relation|column|table|constraint|foreign key|duplicate key|deadlock|migrations?|lock timeout|null value|database|postgres\w*|mysql|sqlite)\b/i,
  },
  {
    kind: 'dependency',
    path: /(?:^|\/)(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|requirements[\w.-]*\.txt|poetry\.lock|pyproject\.toml|Pipfile(?:\.lock)?|uv\.lock|go\.(?:mod|sum)|Cargo\.(?:toml|lock)|Gemfile(?:\.lock)?|composer\.(?:json|lock)|pom\.xml|build\.gradle(?:\.kts)?|gradle\.lockfile|mix\.(?:exs|lock))$/i,
    points: 10,
    reason: 'changes dependencies',
    speaks:
      /node_modules|site-packages|\b(?:cannot find (?:module|package)|module not found|no module named|modulenotfounderror|importerror|nosuchmethoderror|classnotfound\w*|noclassdeffounderror|is not a constructor|peer dep\w*|incompatible version|deprecat\w+|undefined symbol)\b/i,
  },
  {
    kind: 'feature_flag',
    path: /(?:^|[/._-])(?:feature[-_]?)?(?:flags?|toggles?|features|experiments?)(?:[/._-]|$)/i,
    points: 12,
    reason: 'changes a feature flag',
    speaks: /\b(?:feature|flag|toggle|experiment|variant|rollout|canary)s?\b/i,
  },
  {
    kind: 'shipping',
    path: /(?:^|\/)(?:Dockerfile[\w.-]*|[\w.-]+\.dockerfile|docker-compose[\w.-]*\.ya?ml|compose\.ya?ml|Procfile|\.dockerignore|entrypoint[\w.-]*|[\w.-]*(?:deploy|release|publish)[\w.-]*\.(?:ya?ml|sh))$/i,
    points: 12,
    reason: 'changes how it is built or shipped',
    speaks:
      /\b(?:image|container|docker\w*|entrypoint|exec format|artifacts?|build|deploy\w*|release|crashloop\w*|command not found|permission denied|no such file|file not found|404)\b/i,
  },
  {
    kind: 'ci',
    path: /(?:^|\/)(?:\.github\/workflows|\.circleci|\.buildkite|\.gitlab)\/|(?:^|\/)(?:\.gitlab-ci\.yml|\.travis\.yml|Jenkinsfile|azure-pipelines[\w.-]*\.yml|cloudbuild\.yaml|Makefile)$/i,
    points: 5,
    reason: 'changes the pipeline',
    speaks: /\b(?:pipeline|workflow|jenkins|runner|artifacts?|build|deploy\w*)\b/i,
  },
  {
    kind: 'configuration',
    path: /(?:^|\/)(?:config|configs|conf|settings|env|environments|helm|k8s|kubernetes|terraform|deploy)\/|\.(?:ya?ml|toml|ini|conf|cfg|properties|tf|tfvars|env)$|(?:^|\/)(?:\.env[\w.-]*|[\w.-]*(?:config|settings)[\w.-]*\.\w+|nginx[\w.-]*|appsettings[\w.-]*\.json)$/i,
    points: 12,
    reason: 'changes configuration',
    speaks:
      /\b(?:econnrefused|enotfound|etimedout|econnreset|time[d ]?-?out|connection refused|refused to connect|environment variable|env|config\w*|setting|certificate|tls|ssl|cors|origin|unauthori[sz]ed|forbidden|50[234]|upstream|pool|too many connections|memory limit|oomkilled|quota|rate limit\w*|not set)\b/i,
  },
];

const DOCS = /\.(?:md|mdx|rst|adoc|txt)$|(?:^|\/)(?:docs?|LICENSE|CHANGELOG)(?:\/|$)/i;
const TESTS =
  /(?:^|\/)(?:tests?|spec|specs|__tests__|e2e|fixtures)\/|[._-](?:test|spec)\.\w+$|_test\.\w+$|(?:^|\/)test_[^/]+$/i;
export const isDocument = (file: string): boolean => DOCS.test(file) && kindOf(file)?.kind !== 'dependency';
const isTest = (file: string): boolean => TESTS.test(file);

function kindOf(file: string): KindRule | undefined {
  return KIND_RULES.find((rule) => rule.path.test(file));
}

/** Kinds of a change, as named in `KIND_RULES`, plus `documentation` and `tests` when there is nothing else. */
export function kindsOf({ files }: { files: readonly string[] }): string[] {
  if (files.length === 0) return [];
  if (files.every(isDocument)) return ['documentation'];
  if (files.every((file) => isTest(file) || isDocument(file))) return ['tests'];
  return [...new Set(files.filter((file) => !isTest(file)).flatMap((file) => kindOf(file)?.kind ?? []))];
}
