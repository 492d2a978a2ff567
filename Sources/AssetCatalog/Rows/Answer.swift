public import ManifestModel

/// Rows of an answer, and as of which time they are true.
public struct Answer<Row: Sendable>: Sendable {
  /// When the answer was given: the clock that ages were measured against.
  public let generatedAt: Timestamp
  /// What was true in the tree at this moment is in the answer; `nil` where the index was never reconciled.
  public let asOf: Timestamp?
  /// What the index could not see.
  public let gaps: AnswerGaps
  /// Runs that have not ended, in an answer about failures; `nil` in others.
  public let unfinished: UnfinishedSummary?
  /// The rows, in the order that the question documents.
  public let rows: [Row]

  /// An answer from its parts.
  package init(
    generatedAt: Timestamp, asOf: Timestamp?, gaps: AnswerGaps = AnswerGaps(), unfinished: UnfinishedSummary? = nil,
    rows: [Row]
  ) {
    self.generatedAt = generatedAt
    self.asOf = asOf
    self.gaps = gaps
    self.unfinished = unfinished
    self.rows = rows
  }
}
