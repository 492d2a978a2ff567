internal import CatalogIndex

/// A stretch of the tree read again, as rows that only have to be inserted.
struct ImportPiece: Sendable {
  let rows: ImportBatch
  let problems: [ProblemScope]
  let filesRead: Int
  let names: Int

  /// - Parameter rows: the assets of the piece.
  init(_ piece: ReadPiece, _ rows: consuming ImportBatch) {
    for (name, seen) in piece.folders { rows.append(folder: name, seen) }
    self.rows = rows
    problems = piece.problems
    filesRead = piece.filesRead
    names = piece.names
  }
}
