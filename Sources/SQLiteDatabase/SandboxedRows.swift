import CSQLite
import Dispatch

/// What a query of a user gave.
package struct SandboxedRows: Sendable {
  package let columns: [String]
  package var rows: [[SQLValue]]
  /// Whether there are rows beyond the limit.
  package let isTruncated: Bool
}
