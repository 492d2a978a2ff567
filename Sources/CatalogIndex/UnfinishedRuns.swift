/// Runs that have not ended.
package struct UnfinishedRuns: Sendable {
  package var count: Int
  /// The earliest start among them, in microseconds.
  package var oldestStart: Int64?
}
