/// What the newest run's count is held against.
package struct CountBounds: Sendable, Hashable {
  package var min: Int64?
  package var max: Int64?
  /// Against the median of the runs before.
  package var maxDrop: Percentage?
  package var maxRise: Percentage?
}
