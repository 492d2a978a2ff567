import AssetCatalog
import ManifestModel

extension Column where Row == ProblemRow {
  /// What is wrong in the tree.
  static let problems: [Column] = [
    Column("path", "PATH", shortening: .start) { .text($0.path) },
    Column("kind", "KIND", shortening: .reluctant) { .text($0.kind.rawValue) },
    Column("message", "MESSAGE") { .text($0.message) },
    Column("seen_at", "SEEN AT", shortening: .reluctant, isExpendable: true) { .time($0.seenAt) },
    Column("asset_name", nil) { .text($0.asset?.name) },
    Column("asset_id", nil) { .text($0.asset?.id) },
  ]
}

extension Column where Row == CheckRow {
  /// Where tree and index differ.
  static let differences: [Column] = [
    Column("path", "PATH", shortening: .start) { .text($0.path) },
    Column("kind", "KIND", shortening: .reluctant) { .text($0.kind.rawValue) },
    Column("message", "MESSAGE") { .text($0.message) },
    Column("asset_name", nil) { .text($0.asset?.name) },
    Column("asset_id", nil) { .text($0.asset?.id) },
  ]
}

extension Column where Row == PlannedChange {
  /// What a reconcile would do.
  static let plan: [Column] = [
    Column("action", "ACTION", shortening: .reluctant) { .text($0.action.rawValue) },
    Column("path", "PATH", shortening: .start) { .text($0.path) },
  ]
}

extension Column where Row == ReconcileSummary {
  /// What a reconcile did.
  static let summary: [Column] = [
    Column("added", "ADDED", isRightAligned: true) { .integer($0.added) },
    Column("changed", "CHANGED", isRightAligned: true) { .integer($0.changed) },
    Column("removed", "REMOVED", isRightAligned: true) { .integer($0.removed) },
    Column("unchanged", "UNCHANGED", isRightAligned: true) { .integer($0.unchanged) },
    Column("problems", "PROBLEMS", isRightAligned: true) { .integer($0.problems) },
    Column("files_read", "FILES READ", isRightAligned: true) { .integer($0.filesRead) },
    Column("seconds", "SECONDS", isRightAligned: true) { .real($0.seconds) },
  ]
}

extension Column where Row == [Catalog.Value] {
  /// The columns of an SQL answer. A name that stands twice gets a number, since an object holds a key once.
  static func query(_ names: [String]) -> [Column] {
    var taken: Set<[UInt8]> = []
    return names.enumerated().map { index, name in
      var key = name
      var number = 2
      while !taken.insert(Array(key.utf8)).inserted {
        key = "\(name)_\(number)"
        number += 1
      }
      return Column(key, key) { Cell(index < $0.count ? $0[index] : .null) }
    }
  }
}

extension Cell {
  /// A value that SQL gave; bytes are spelled in hexadecimal digits.
  init(_ value: Catalog.Value) {
    switch value {
    case .null: self = .null
    case .integer(let number): self = .integer(number)
    case .real(let number): self = .real(number)
    case .text(let text): self = .text(text)
    case .blob(let bytes):
      self = .text(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
  }
}
