/// Of this many last ended runs at least this share must have succeeded.
package struct SuccessRate: Sendable, Hashable {
  package var min: Percentage
  package var runs: Int
}
