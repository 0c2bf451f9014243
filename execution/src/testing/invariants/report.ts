/** Takes what must never be, for people. */
export type Report = (what: string) => void;
