package import ManifestModel
internal import SQLiteDatabase

extension IndexReader {
  /// Recorded problems of one asset.
  package borrowing func problems(of asset: AssetIdentifier) throws(IndexError) -> [ProblemEntry] {
    try rows(QuestionSQL.problemsOfAsset) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
    } entry: { row throws(SQLiteError) in
      try ProblemEntry(row)
    }
  }

  /// Files with a time after `time`, in microseconds.
  package borrowing func filesAhead(of time: Int64) throws(IndexError) -> [FileAhead] {
    try rows(QuestionSQL.filesAhead) { statement throws(SQLiteError) in
      try statement.bind(time, at: 1)
    } entry: { row throws(SQLiteError) in
      FileAhead(asset: AssetIdentifier(name: try row.text(0), id: try row.text(1)), runID: try row.optionalText(2))
    }
  }

  /// What the clock and a comparison of its files say of one asset: files with a time after `time`, in microseconds,
  /// and the newest success that its manifest does not know of.
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
    } entry: { row throws(SQLiteError) in
      (AssetIdentifier(name: try row.text(0), id: try row.text(1)), try row.int64(2))
    }
  }
}
