import { memoryTracker } from '../support/memory-tracker.ts';
import { exactlyOnceContract, trackerContract } from './tracker.contract.ts';

trackerContract('in memory', memoryTracker);
exactlyOnceContract('in memory', memoryTracker);
