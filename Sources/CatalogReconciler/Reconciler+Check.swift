internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import SQLiteDatabase

extension Reconciler {
  /// Reads the whole tree, compares it with the index, and writes nothing.
  ///
  /// A file that is being written at the moment, or a folder that cannot be read, is passed over: neither proves a difference.
  ///
  /// - Parameter report: called with each difference, in the order of the paths of their assets.
  /// - Returns: how many files could not be compared, because they do not parse and were touched just now.
  @discardableResult
  package func check(_ report: (Difference) throws -> Void) throws -> Int {
    try namingIndex { try findDifferences(report) }
  }

  private func findDifferences(_ report: (Difference) throws -> Void) throws -> Int {
    let scan = try begin(nil)
    let damage = try damage()
    for sentence in damage {
      try report(Difference(path: location.path, kind: .damaged, message: sentence))
    }
    guard damage.isEmpty else { return 0 }
    let layout = MetadataLayout(folder: metadataFolder)
    var names = 0
    var unsettled = 0
    try OrderedPipeline.run(
      pieces: 0..<scan.stretches.count, threads: options.threads,
      makeWorker: { [location] in
        let scanner = scan.makeScanner(FolderScanner.Mode(isReadingAnew: true, isReadOnly: true))
        let known = try KnownFolders.Reader(location)
        return { number in
          let stretch = scan.stretches[number]
          var assets: [IndexedAsset] = []
          let piece = try scanner.readAll(stretch.names, known: { known }, take: { assets.append($0) })
          assets.sort { $0.asset < $1.asset }
          let indexed = try known.folders(after: stretch.lower, through: stretch.upper)
          let unsettled = piece.problems.reduce(0) { $0 + $1.problems.count { $0.kind == .unsettled } }
          return (try Self.compare(assets, indexed, known, layout), piece.names, unsettled)
        }
      },
      consume: { (differences: [Difference], found: Int, count: Int) in
        for difference in differences { try report(difference) }
        names += found
        unsettled += count
        options.onProgress?(names, scan.stretches.names.count)
      })
    return unsettled
  }

  /// What is wrong with the index file itself.
  private func damage() throws(IndexError) -> [String] {
    do {
      return try KnownFolders.Reader(location).damage()
    } catch {
      if error.code == .damaged { return [error.message] }
      throw error
    }
  }

  private static func compare(
    _ assets: [IndexedAsset], _ indexed: [KnownFolder], _ known: KnownFolders.Reader, _ layout: MetadataLayout
  ) throws -> [Difference] {
    var comparison = AssetComparison(layout: layout)
    var rest = indexed.flatMap { $0.assets.map(\.asset) }[...]
    func noteExtra(_ asset: AssetIdentifier) throws {
      if let whole = try known.wholeAsset(asset) { comparison.noteWhole(whole, isOnDisk: false) }
    }
    for asset in assets {
      while let first = rest.first, first < asset.asset { try noteExtra(rest.removeFirst()) }
      let isIndexed = rest.first == asset.asset
      if isIndexed { rest.removeFirst() }
      if asset.folder == .unseen { continue }
      if isIndexed, let whole = try known.wholeAsset(asset.asset) {
        comparison.compare(disk: asset, index: whole)
      } else {
        comparison.noteWhole(asset, isOnDisk: true)
      }
    }
    for asset in rest { try noteExtra(asset) }
    return comparison.differences
  }
}
