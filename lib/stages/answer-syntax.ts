import type { AdmittedInterchange } from './admit-interchanges';
import type { Work } from './work';
export async function answerSyntax(_work: Work, _interchanges: readonly AdmittedInterchange[]): Promise<void> {}
