internal import CatalogIndex
internal import CatalogReconciler
internal import LinuxSystem
package import ManifestModel

/// A copy of an index that was made or taken.
package struct IndexCopySummary: Sendable {
  /// The root of the tree that it is of, as its host names it.
  package let root: String
  /// The time that it was true at.
  package let asOf: Timestamp?
  /// How many assets it has.
  package let assetCount: Int64
  /// What a file of it may be read by at most: permission bits.
  package let mode: UInt32
}

extension Catalog {
  /// Brings the index up to date as the options have it, and copies it as it then is: one file, looked through, that a
  /// host can begin with that does not want to read the whole tree.
  ///
  /// - Parameters:
  ///   - begin: learns what the copy is before its first bytes.
  ///   - take: gets the bytes in their order.
  package func exportIndex(
    begin: (IndexCopySummary) throws -> Void, take: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try reconcileIfNeeded()
    do {
      try IndexFile.export(try location, begin: { try begin(IndexCopySummary($0)) }, take: take)
    } catch let error as IndexError {
      throw CatalogError(error)
    }
  }

  /// Takes a copy that another host exported for the index of this tree, and brings it up to date.
  ///
  /// - Parameters:
  ///   - path: the copy.
  ///   - wait: whether to wait for other processes.
  ///   - acceptRoot: whether a copy of a tree with another root is taken.
  /// - Throws: ``CatalogError/Code/badData`` for a file that is no whole copy of this version,
  ///   ``CatalogError/Code/noSuchRoot`` for one of another tree; what a reconcile throws.
  package func importIndex(
    _ path: String, wait: Bool = true, acceptRoot: Bool = false
  ) throws(CatalogError) -> (copy: IndexCopySummary, summary: ReconcileSummary) {
    var options = reconcileOptions(waits: wait)
    options.acceptsRoot = acceptRoot
    let reconciler = try reconciler(options)
    let (copy, report) = try CatalogError.wrappingAny { try reconciler.take(copy: path) }
    return (IndexCopySummary(copy), ReconcileSummary(report))
  }
}

extension IndexCopySummary {
  fileprivate init(_ copy: IndexCopy) {
    self.init(
      root: copy.state.root, asOf: copy.state.startedAt, assetCount: copy.assetCount,
      mode: copy.readers.isEverybody ? 0o666 : 0o600)
  }
}
