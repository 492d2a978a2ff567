import CSQLite
import Dispatch

/// One value of a row whose shape is not known beforehand.
package enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

extension SQLValue {
  /// Bytes of memory that a row takes beside its values: its place among the others, and the head of its own list.
  static let rowCost = 64

  /// About how many bytes of memory it takes.
  var cost: Int {
    let own = MemoryLayout<SQLValue>.stride
    return switch self {
    case .null, .integer, .real: own
    // What is short lies in the value itself; the rest has a head.
    case .text(let text): text.utf8.count <= 15 ? own : own + 32 + text.utf8.count
    case .blob(let blob): own + 32 + blob.count
    }
  }
}
