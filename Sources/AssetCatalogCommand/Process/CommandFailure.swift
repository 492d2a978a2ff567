import AssetCatalog
import FreshnessRules

/// A failure with the status to end with and one sentence for standard error.
struct CommandFailure: Error, Equatable {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = Sentence.whole(Sentence.shortened(message))
  }

  init(_ error: CatalogError) {
    self.init(ExitStatus(error.code), error.sentence)
  }
}

extension CommandFailure {
  /// A fault at a place in a file of the caller's.
  init(inputFile path: String, _ complaint: PlacedJSON.Complaint) {
    let name = path == "-" ? "standard input" : HazardousText.visible(path)
    self.init(.badData, "\(name):\(complaint.place.line):\(complaint.place.column): \(complaint.message)")
  }
}
