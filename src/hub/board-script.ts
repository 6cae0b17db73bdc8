import { ACTS_SCRIPT } from './board-script-acts.ts';
import { LIVE_SCRIPT } from './board-script-live.ts';
import { SHOW_SCRIPT } from './board-script-show.ts';

/** The one script of the board. */
export const BOARD_SCRIPT = `(() => {\n'use strict';\n${SHOW_SCRIPT}${LIVE_SCRIPT}${ACTS_SCRIPT}})();\n`;
