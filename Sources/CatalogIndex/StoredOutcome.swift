/// How a run ended, as far as that does not depend on the clock. Raw values are those of the schema.
package enum StoredOutcome: Int64, Sendable {
  case succeeded = 0
  case failed = 1
  case unfinished = 2
}
