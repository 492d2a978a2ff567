/// How a run stands by the clock of an answer. Raw values are those of the public outcomes.
package enum RunStanding: String, Sendable {
  case succeeded
  case failed
  case running
  /// It runs, but for longer than the past of its asset allows.
  case overrun
  case interrupted
}
