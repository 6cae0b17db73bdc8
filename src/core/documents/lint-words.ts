/**
 * Words by which the lint tells a sentence about a person's fault from one about a system. Tables only; how
 * they are put together is in `lint-sentence.ts`. All in lower case.
 */

const list = (text: string): string[] => text.trim().split(/\s+/);

/** Nouns for one person; what a team, a client or a service is called is not among them. */
export const PERSON_NOUNS = new Set(
  list(`engineer developer dev operator admin administrator sysadmin dba sre responder intern contractor
    colleague employee reviewer author manager commander tester technician programmer trainee coder
    maintainer approver on-call oncall person guy`),
);
/** What may follow one of them; before any other word it is half of a name, as in "admin panel". */
export const AFTER_PERSON = new Set(
  list(`who whom on of in from at with for by to and or but also then again just simply did had has have was
    were is are should could would must never once later themselves himself herself`),
);
export const PERSON_PRONOUNS = new Set(list('he she someone somebody whoever you'));

/** Who is meant when a sentence speaks of a group: no finding of blame. */
export const GROUPS = new Set(
  list('we team teams company organisation organization everyone everybody nobody they it this i none'),
);
export const DETERMINERS = new Set(list('the a an our its this that these those no every each any their'));

/** After one of these somebody or something else may be the subject. */
export const BREAKS = new Set(
  list(`that which because after before when while since as whether if until so where though although
    noticed saw found reported discovered said showed told observed confirmed`),
);
export const JOINS = new Set(list('and but or'));

/** Faults that only a person can have: a capitalised subject that nobody recorded is a person here. */
export const HUMAN_FAULTS = [
  ...['forgot', 'neglected', 'messed up', 'screwed up', 'fat-fingered', 'carelessly', 'recklessly'],
  ...['negligently', 'stupidly', 'lazily', 'blindly', 'made a mistake', 'made an error', 'made a typo'],
  ...['made the mistake', 'was careless', 'was negligent', 'was sloppy', 'was lazy', 'was incompetent'],
  ...['was reckless', 'was inattentive', 'was distracted', "wasn't paying attention"],
  ...['was not paying attention', "didn't bother", 'did not bother', "didn't think", 'did not think'],
  ...["couldn't be bothered", 'panicked'],
];

const CHECKING = list('check test read verify ask follow notice look escalate review confirm rehearse');
const CHECKED = list('checked tested read verified asked followed noticed looked reviewed confirmed');

/** Faults when the subject is a person; of a system they are plain facts. */
export const FAULTS = [
  ...HUMAN_FAULTS,
  ...['should have', "should've", 'should not have', "shouldn't have", 'ought to have', 'could have'],
  ...['failed to', 'fails to', 'ignored', 'overlooked', 'missed', 'botched', 'bungled', 'broke', 'caused'],
  ...['took down', 'brought down', 'rushed', 'is to blame', 'was to blame', 'are to blame', 'at fault'],
  ...['was wrong', 'was responsible for', 'is responsible for', 'was slow', 'was too slow', 'misread'],
  ...CHECKING.flatMap((verb) => [`did not ${verb}`, `didn't ${verb}`]),
  ...CHECKED.map((verb) => `never ${verb}`),
];

/** A fault, then a person: "caused by Ana". */
export const FAULTS_OF = [
  ...['blame', 'blamed', 'blames', 'blaming', 'fault of', 'mistake of', 'mistake by', 'error of', 'error by'],
  ...['careless of', 'sloppy of', 'stupid of', 'negligence of', 'carelessness of', 'caused by', 'because of'],
  ...['due to', 'part of'],
];
export const FAULT_NOUNS = new Set(
  list(`fault mistake error negligence carelessness oversight incompetence failure blunder typo laziness
    inattention sloppiness inexperience haste`),
);
export const NEGATIONS = new Set(
  list("not no never nobody don't doesn't didn't without isn't wasn't rather cannot"),
);

/** What would have happened had somebody or something done otherwise: it explains nothing. */
export const COUNTERFACTUALS = [
  'should have',
  "should've",
  'should not have',
  "shouldn't have",
  'ought to have',
];

/** "Should have clear rules" asks for something; only before a participle does it look back. */
export const PARTICIPLE =
  /(?:ed|en|wn|ne)$|^(?:had|made|told|found|caught|sent|kept|set|put|read|run|built|thought|brought|said|left|held|led|lost|met|stood|understood|shut|cut|let|come|become|begun|asked)$/;

/** A person given as the reason. What the words are part of ("user error rate") is something else. */
export const HUMAN_ERROR =
  /\b(?:human|operator|pilot|manual|employee|engineer|developer|user) (?:error|mistake|failure)s?\b(?! (?:rate|message|page|code|log|handl|report|count|budget))|\bfat[- ]finger|\bpebkac\b|\b(?:carelessness|negligence|inattention)\b|\black of (?:care|attention|discipline|diligence)\b/i;
export const CAUSAL =
  /\b(?:caused by|due to|because of|root cause (?:is|was)|cause (?:is|was)|reason (?:is|was)|result of|down to|attributed to|explained by)\b/i;

/** What a person does with a system. */
export const DEEDS = new Set(
  list(`deployed merged pushed deleted dropped ran executed typed changed edited misconfigured configured set
    removed disabled enabled restarted approved clicked committed released triggered renamed forgot missed
    misread misunderstood made did used applied entered copied pasted skipped rushed broke caused left wrote`),
);

/** Signs that a cause goes on to what let the deed happen. */
export const SYSTEM_REASON =
  /\b(?:because|since|while|without|no|not|nothing|nobody|missing|lack|lacks|lacked|allow|allows|allowed|could|can|stop|stopped|prevent|prevented|block|blocked|untested|undocumented|unclear|same|similar|looks?|looked|never|only|let|lets)\b/i;
