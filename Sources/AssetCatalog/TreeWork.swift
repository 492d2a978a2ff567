package import ManifestModel

/// A work on the tree that is done a page at a time, so that what it finds need not be held all at once.
///
/// Nothing is done before ``next()`` is called, and what is left undone stays as it was.
///
/// ```swift
/// var work = try catalog.repair()
/// while let findings = try work.next() { findings.forEach { print($0) } }
/// ```
package struct TreeWork<Finding: Sendable> {
  /// The clock of the work.
  package let generatedAt: Timestamp
  /// How many assets were looked at so far.
  package var assetCount: Int { progress.assets }

  final class Progress {
    var assets = 0
  }

  let progress: Progress
  private let work: () throws(CatalogError) -> [Finding]?

  /// - Parameter work: the findings of the next page, be it none; `nil` at the end.
  init(generatedAt: Timestamp, progress: Progress, work: @escaping () throws(CatalogError) -> [Finding]?) {
    self.generatedAt = generatedAt
    self.progress = progress
    self.work = work
  }

  /// Does the next part, and says what was found, at least one; `nil` at the end.
  ///
  /// - Throws: ``CatalogError/Code/inputOutput`` where the process has no descriptors or memory left,
  ///   ``CatalogError/Code/busy`` where it can have no threads.
  package mutating func next() throws(CatalogError) -> [Finding]? {
    while let findings = try work() {
      if !findings.isEmpty { return findings }
    }
    return nil
  }
}
