// The vocabulary of fact-patterns.ts, as sources of regular expressions.

// Every gap is bounded and stays inside one clause, so that each pattern is linear in the text.
export const GAP = '[^.,;:!?\\n]{0,50}?';
export const HARM =
  '(?:not working|not respond\\w*|fail\\w*|broken|errors?|down|outage|unavailable|degraded|slow\\w*|timeouts?|timing out|timed out|disrupt\\w*|impacted|stuck|rejected|declined|hang\\w*|crash\\w*|[45]\\d\\ds?)';
export const LOGIN =
  '(?:log[ -]?ins?|logging in|sign[ -]?ins?|signing in|auth(?:entication|orization)?|sso|saml|oauth|2fa|mfa)';
export const PAYMENT =
  '(?:payments?|billing|credit cards?|card transactions?|charges|stripe|paypal|invoices?)';
export const CHECKOUT = '(?:check-?outs?|shopping carts?|placing orders?|order placement)';
export const WRITES = '(?:writes?|saves|saving|uploads?|database inserts?|form submissions?)';
export const PEOPLE =
  '(?:users?|customers?|clients?|visitors?|tenants?|accounts?|people|subscribers?|merchants?|teams?|players?)';
export const CANNOT = `(?:can(?:not|['’]?t)|can not|could(?:n['’]t| not)|(?:unable|not able) to|fail(?:s|ed|ing)? to|(?:nobody|no[ -]one|no ${PEOPLE}) can)`;
export const NUMBER = '(\\d{1,3}(?:\\.\\d{1,4})?) ?(?:%|per ?cent\\b)';
