internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import StoredTree
internal import Synchronization

extension Reconciler {
  /// Reads the whole tree, compares it with the index, and writes nothing.
  ///
  /// A file that is being written at the moment, or a folder that cannot be read, is passed over: neither proves a
  /// difference.
  ///
  /// First the file of the index: its pages, its schema, and that each of its indexes has the rows of its table, no
  /// more and no less. Then every row of assets, runs, artifacts and problems is compared with what the tree says now,
  /// and what the index has derived with what follows. What only the index knows (when it was last brought up to date)
  /// cannot be.
  ///
  /// - Parameter report: called with each difference, in the order of the paths of their assets.
  /// - Returns: how many files could not be compared, because they do not parse and were touched just now.
  @discardableResult
  package func check(_ report: (Difference) throws -> Void) throws -> Int {
    try findDifferences(report)
  }

  private func findDifferences(_ report: (Difference) throws -> Void) throws -> Int {
    let scan = try begin(nil)
    let damage = try damage()
    for sentence in damage {
      try report(Difference(path: location.path, kind: .damaged, message: sentence))
    }
    guard damage.isEmpty else { return 0 }
    do {
      return try compareRows(scan, report)
    } catch let error as IndexError where error.code == .damaged {
      // A value that no row can have, which SQLite's own look does not mind.
      try report(Difference(path: location.path, kind: .damaged, message: error.damageSentence))
      return 0
    }
  }

  private func compareRows(_ scan: Scan, _ report: (Difference) throws -> Void) throws -> Int {
    let layout = MetadataLayout(folder: metadataFolder)
    var names = 0
    var unsettled = 0
    let pauses = PauseCount()
    try OrderedPipeline.run(
      pieces: 0..<scan.stretches.count, threads: options.threads ?? scan.threads,
      makeWorker: { [location] in
        let scanner = scan.makeScanner(for: .check)
        let known = try KnownFolders.Reader(location)
        return { number in
          let stretch = scan.stretches[number]
          var (differences, names, unsettled) = try Self.look(at: stretch.names, of: stretch, scanner, known, layout)
          if !differences.isEmpty {
            // A record that came between the looks at the tree and at the index makes a difference of nothing, and so
            // does one that is in the tree and not in the index yet.
            if pauses.next() <= Self.pauses {
              scanner.reader.session.pause(microseconds: 50_000)
            }
            let newNames = differences.compactMap(\.asset?.name).filter { !scanner.reader.session.isGone(name: $0) }
            let all = Set((stretch.names + newNames).map { Array($0.utf8) }).map { String(decoding: $0, as: UTF8.self) }
            let second = try Self.look(
              at: all.sorted { $0.precedesInBytes($1) }, of: stretch, scan.makeLiveScanner(for: .check), known, layout)
            unsettled = second.unsettled
            let confirmed = Set(second.differences.map(\.place))
            differences.removeAll { !confirmed.contains($0.place) }
          }
          return (differences, names, unsettled)
        }
      },
      consume: { (differences: [Difference], found: Int, count: Int) in
        for difference in differences { try report(difference) }
        names += found
        unsettled += count
        options.onProgress?(names, scan.stretches.names.count)
      })
    for difference in try strayProblems(scan) { try report(difference) }
    return unsettled
  }

  /// Problems of the metadata folder itself, and of names that the tree does not have.
  private func strayProblems(_ scan: Scan) throws -> [Difference] {
    let root = Array(metadataFolder.utf8)
    let prefix = Array(MetadataLayout(folder: metadataFolder).namePath("").utf8)
    let index = try KnownFolders.Reader(location).problems { problem in
      let path = problem.problems.first?.path ?? []
      guard problem.scope != root, path.starts(with: prefix) else { return true }
      let name = String(decoding: path.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
      return !scan.stretches.names.hasSorted(name)
    }
    return ProblemComparison(disk: [rootProblems(scan)], index: index).differences(besides: [])
  }

  /// Stretches with differences after which one waits before the second look: where much differs, it is no coincidence.
  private static let pauses = 10

  private final class PauseCount: Sendable {
    private let count = Atomic<Int>(0)
    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
  }

  /// Compares the name folders given with what the index knows of a stretch.
  private static func look(
    at folders: [String], of stretch: NameStretch, _ scanner: StretchReader, _ known: KnownFolders.Reader,
    _ layout: MetadataLayout
  ) throws -> (differences: [Difference], names: Int, unsettled: Int) {
    let indexed = try known.folders(after: stretch.lower, through: stretch.upper).flatMap { $0.assets.map(\.asset) }
    var comparison = StretchComparison(indexed: indexed, known: known, layout: layout)
    var (names, unsettled) = (0, 0)
    var found: [ProblemScope] = []
    func take(_ part: ReadPiece) {
      names += part.names
      found += part.problems
      // A file that was being written tells nothing, but is counted.
      unsettled += part.problems.reduce(0) { $0 + $1.problems.count { $0.kind == .unsettled } }
    }
    take(try scanner.readAll(folders, known: { known }, take: { try comparison.take($0) }, passOn: { take($0) }))
    var differences = try comparison.finish()
    var problems: [ProblemScope] = []
    for name in folders { problems += try known.problems(beneath: Array(layout.namePath(name).utf8)) }
    differences += ProblemComparison(disk: found, index: problems)
      .differences(besides: Set(differences.map { Array($0.path.utf8) }))
    return (differences, names, unsettled)
  }

  /// What is wrong with the index file itself.
  private func damage() throws(IndexError) -> [String] {
    do {
      return try KnownFolders.Reader(location).damage()
    } catch {
      if error.code == .damaged { return [error.damageSentence] }
      throw error
    }
  }

}

/// Compares the assets of a stretch, which come one after the other, with those that the index has there, so that no
/// more than one of each has to be held.
private struct StretchComparison {
  private let known: KnownFolders.Reader
  private var comparison: AssetComparison
  /// In order; those that were not met yet, but for those that were passed over.
  private var rest: ArraySlice<AssetIdentifier>
  /// Those that were passed over: assets in folders that cannot be read come last.
  private var passed: Set<AssetIdentifier> = []

  init(indexed: [AssetIdentifier], known: KnownFolders.Reader, layout: MetadataLayout) {
    self.known = known
    comparison = AssetComparison(layout: layout)
    rest = indexed[...]
  }

  mutating func take(_ asset: IndexedAsset) throws {
    while let first = rest.first, first < asset.asset { passed.insert(rest.removeFirst()) }
    var isIndexed = rest.first == asset.asset
    if isIndexed { rest.removeFirst() } else { isIndexed = passed.remove(asset.asset) != nil }
    if asset.folder == .unseen { return }
    if isIndexed, let whole = try known.wholeAsset(asset.asset) {
      comparison.compare(disk: asset, index: whole)
    } else {
      comparison.noteWhole(asset, isOnDisk: true)
    }
  }

  /// - Returns: all differences, in the order of the assets.
  mutating func finish() throws -> [Difference] {
    for asset in passed.sorted() + rest {
      if let whole = try known.wholeAsset(asset) { comparison.noteWhole(whole, isOnDisk: false) }
    }
    return comparison.differences
      .enumerated().sorted { left, right in
        guard let one = left.element.asset, let other = right.element.asset, one != other else {
          return left.offset < right.offset
        }
        return one < other
      }.map(\.element)
  }
}

extension NameList {
  /// Whether a name is in a list that is in the order of its bytes.
  fileprivate func hasSorted(_ name: String) -> Bool {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].precedesInBytes(name) { low = middle + 1 } else { high = middle }
    }
    return low < endIndex && self[low].hasSameBytes(as: name)
  }
}
