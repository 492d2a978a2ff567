package import ManifestModel
package import ManifestStore
package import StoredTree

/// A walk through the assets of a tree, some names at a time: several threads look at each, and what they
/// find is passed on in the order of the names. So the work takes no more memory than a page of it finds.
package final class TreeSweep {
  /// Which assets are looked at.
  package struct Selection: Sendable {
    /// Whether the assets of a name are.
    package var includes: @Sendable (_ name: String) -> Bool
    /// The only id that is; `nil` for all.
    package var id: String?

    package init(id: String? = nil, includes: @escaping @Sendable (_ name: String) -> Bool) {
      self.id = id
      self.includes = includes
    }
  }

  /// What one page of the walk came to.
  package struct Page<Finding: Sendable>: Sendable {
    package var findings: [Finding] = []
    /// How many assets were looked at.
    package var assets = 0
    /// What could not be looked at, and why.
    package var failures: [(path: String, asset: AssetIdentifier?, error: StoreError)] = []
  }

  /// Each thread holds three descriptors at most.
  private static let threads = OrderedPipeline.Threads(few: 4, many: 16)
  private static let pageLength = 256
  /// Names that one thread looks at, one after the other.
  private var pieceLength: Int { tree.isRemote ? 1 : 8 }

  private let tree: any TreeStorage
  private let selection: Selection
  private let names: NameList
  private var next = 0

  package init(_ tree: any TreeStorage, _ selection: Selection) throws(StoreError) {
    self.tree = tree
    self.selection = selection
    names = try tree.beginSurvey(probingIn: tree.path, stretchLength: Self.pageLength).stretches.names
  }

  /// Looks at the next names.
  ///
  /// - Parameter look: called on several threads, for each asset while it is visited.
  /// - Returns: `nil` at the end.
  package func nextPage<Finding: Sendable>(
    _ look: @escaping @Sendable (AssetIdentifier, TreeReader) throws(StoreError) -> Finding?
  ) throws -> Page<Finding>? {
    var stretch: [String] = []
    while next < names.count, stretch.count < Self.pageLength {
      let name = names[next]
      next += 1
      if selection.includes(name) { stretch.append(name) }
    }
    guard !stretch.isEmpty else { return nil }
    var page = Page<Finding>()
    let pieces = (stretch.count + pieceLength - 1) / pieceLength
    try OrderedPipeline.run(
      pieces: 0..<pieces, threads: tree.isRemote ? .remote : Self.threads,
      makeWorker: { [tree, selection, stretch, pieceLength] in
        let worker = Worker(tree, selection.id, look)
        return { number in
          let start = number * pieceLength
          return try worker.look(at: stretch[start..<min(start + pieceLength, stretch.count)])
        }
      },
      consume: { (piece: Page<Finding>) in
        page.findings += piece.findings
        page.assets += piece.assets
        page.failures += piece.failures
      })
    return page
  }

  private final class Worker<Finding: Sendable> {
    private let reader: TreeReader
    private let root: String
    private let layout: MetadataLayout
    private let onlyID: String?
    private let look: (AssetIdentifier, TreeReader) throws(StoreError) -> Finding?

    init(
      _ tree: any TreeStorage, _ onlyID: String?,
      _ look: @escaping (AssetIdentifier, TreeReader) throws(StoreError) -> Finding?
    ) {
      reader = TreeReader(tree)
      root = tree.root
      layout = MetadataLayout(folder: tree.metadataFolder)
      self.onlyID = onlyID
      self.look = look
    }

    func look(at names: ArraySlice<String>) throws(StoreError) -> Page<Finding> {
      var page = Page<Finding>()
      for name in names { try look(at: name, &page) }
      return page
    }

    private func look(at name: String, _ page: inout Page<Finding>) throws(StoreError) {
      let path = "\(layout.folder)/\(MetadataLayout.component(forName: name))"
      let ids: NameList
      do throws(TreeFault) {
        ids = try reader.session.assets(of: name)
      } catch {
        if error.isAbsence { return }
        try reader.throwIfExhausted(error)
        page.failures.append((path, nil, StoreError(reading: "\(root)/\(path)", error, "looked into")))
        return
      }
      for id in ids {
        if let onlyID, !id.hasSameBytes(as: onlyID) { continue }
        look(at: AssetIdentifier(name: name, id: id), &page)
      }
    }

    private func look(at asset: AssetIdentifier, _ page: inout Page<Finding>) {
      do throws(StoreError) {
        var isThere = false
        defer { if isThere { page.assets += 1 } }
        let finding = try reader.visiting(asset, at: layout) { () throws(StoreError) in
          isThere = true
          return try look(asset, reader)
        }
        if let finding, let finding { page.findings.append(finding) }
      } catch {
        page.failures.append((layout.assetPath(asset), asset, error))
      }
    }
  }
}
