import { app } from '../src/app.ts';
import type { ContractGround } from './contract-ground.ts';

/** What the contract is checked on. */
export const subject = { app, main: new URL('../src/main.ts', import.meta.url), snapshots: new URL('tools.snap/', import.meta.url) };

/** Flags with which every tool is there and nobody is asked. */
export const writingIn = ({ root }: ContractGround): readonly string[] => ['--root', `root=${root}`, '--write', '--no-confirm'];
