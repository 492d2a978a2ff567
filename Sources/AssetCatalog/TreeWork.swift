package import ManifestModel

/// Which assets a work on the tree is for.
package enum AssetSelection: Sendable {
  /// Every asset.
  case all
  /// Those whose name matches one of these patterns, as SQLite's GLOB: `*`, `?`, `[a-z]`.
  case matching([String])
  /// Those of one name, or the one that has that id too.
  case named(String, id: String? = nil)
}

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

/// Why something in the tree could not be dealt with. What it is about stayed as it was; the rest was done.
package struct TreeWorkFailure: Sendable {
  /// The asset; `nil` where a folder of many could not be looked into.
  package let asset: AssetIdentifier?
  /// What it is about, relative to the storage root.
  package let path: String
  /// What went wrong.
  package let error: CatalogError
}
