package import ManifestModel
internal import SQLiteDatabase

/// One recorded problem.
package struct ProblemRecord: Sendable {
  /// The bytes of the path, by which problems are ordered.
  package let rawPath: [UInt8]
  package let kind: String
  /// The path for people.
  package let path: String
  package let message: String
  package let seenAt: Int64
  package let asset: AssetIdentifier?

  package init(
    rawPath: [UInt8], kind: String, path: String, message: String, seenAt: Int64, asset: AssetIdentifier?
  ) {
    self.rawPath = rawPath
    self.kind = kind
    self.path = path
    self.message = message
    self.seenAt = seenAt
    self.asset = asset
  }
}

/// A file with a time that lies ahead of the clock.
package struct FileAhead: Sendable {
  package let asset: AssetIdentifier
  /// The run whose metadata it is; `nil` for the manifest.
  package let runID: String?
}

/// Recorded problems by the bytes of their path, then by kind.
package struct ProblemCursor: PageCursor {
  private var rawPath: [UInt8] = []
  private var kind = ""
  private var isAtEnd = false

  package init() {}

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [ProblemRecord] {
    guard !isAtEnd else { return [] }
    let rows = try reader.rows(QuestionSQL.problems) { statement throws(SQLiteError) in
      try statement.bind(blob: rawPath, at: 1)
      try statement.bind(kind, at: 2)
      try statement.bind(Int64(count), at: 3)
    } record: { row throws(SQLiteError) in
      try ProblemRecord(row)
    }
    if rows.count == count, let last = rows.last {
      (rawPath, kind) = (last.rawPath, last.kind)
    } else {
      isAtEnd = true
    }
    return rows
  }
}

extension IndexReader {
  /// Recorded problems of one asset.
  package borrowing func problems(of asset: AssetIdentifier) throws(IndexError) -> [ProblemRecord] {
    try rows(QuestionSQL.problemsOfAsset) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
    } record: { row throws(SQLiteError) in
      try ProblemRecord(row)
    }
  }

  /// Files with a time after `time`, in microseconds.
  package borrowing func filesAhead(of time: Int64) throws(IndexError) -> [FileAhead] {
    try rows(QuestionSQL.filesAhead) { statement throws(SQLiteError) in
      try statement.bind(time, at: 1)
    } record: { row throws(SQLiteError) in
      FileAhead(asset: AssetIdentifier(name: try row.text(0), id: try row.text(1)), runID: try row.optionalText(2))
    }
  }

  /// What the clock and a comparison of its files say of one asset: files with a time after `time`, in microseconds, and the
  /// newest success that its manifest does not know of.
  package borrowing func computedProblems(
    of asset: AssetIdentifier, latest time: Int64
  ) throws(IndexError) -> (ahead: [FileAhead], behind: Int64?) {
    guard let found = try load(asset), found.isKnown else { return ([], nil) }
    var ahead: [FileAhead] = []
    if let newest = found.facts?.newestMaterialized, newest > time { ahead.append(FileAhead(asset: asset, runID: nil)) }
    for run in found.runs {
      let latest = [run.facts?.startedAt, run.facts?.materialized].compactMap(\.self).max()
      if let latest, latest > time { ahead.append(FileAhead(asset: asset, runID: run.id)) }
    }
    let isBehind = found.source == "runs" && found.facts != nil
    return (ahead, isBehind ? found.lastMaterialized.flatMap { $0 <= time ? $0 : nil } : nil)
  }

  /// Assets whose manifest does not know of a newer success, unless that is after `time`; in microseconds.
  package borrowing func manifestsBehind(
    upTo time: Int64
  ) throws(IndexError) -> [(asset: AssetIdentifier, success: Int64)] {
    try rows(QuestionSQL.manifestsBehind) { statement throws(SQLiteError) in
      try statement.bind(time, at: 1)
    } record: { row throws(SQLiteError) in
      (AssetIdentifier(name: try row.text(0), id: try row.text(1)), try row.int64(2))
    }
  }
}

extension ProblemRecord {
  fileprivate init(_ row: borrowing Statement) throws(SQLiteError) {
    var asset: AssetIdentifier?
    if let name = try row.optionalText(5), let id = try row.optionalText(6) {
      asset = AssetIdentifier(name: name, id: id)
    }
    self.init(
      rawPath: try row.blob(0), kind: try row.text(1), path: try row.text(2), message: try row.text(3),
      seenAt: try row.int64(4), asset: asset)
  }
}
