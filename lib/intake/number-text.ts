/** A number of a JSON text as it was written, so that nothing is lost on the way through a floating point number. */
export class NumberText {
  constructor(readonly text: string) {}
}
