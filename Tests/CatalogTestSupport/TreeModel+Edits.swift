/// The ways in which a tree changes between two looks at it.
///
/// What only `reconcile --full` would see is left out: edits by hand of the metadata of a run that has finished.
extension TreeModel {
  package enum Edit: CaseIterable, Sendable {
    case addAsset, startRun, endRun, endRunWithoutManifest, endRunWithoutMetadata, repeatLastRun
    case rewriteManifest, replaceManifest, rewriteManifestSameSizeSameTime
    case deleteManifest, deleteRun, deleteAsset, deleteName
    case renameAsset, renameName, renameRun
    case truncateManifest, emptyManifest, garbleManifest, breakEncoding, refusedManifest, restoreManifest
    case manifestBecomesFolder, manifestBecomesLink, manifestBecomesPipe, manifestBecomesGiant
    case misplaceManifest
    case damageRun, restoreRun, loseRunFile, runBecomesPipe, runBecomesGiant
    case addStrayFile, addStrayLink, addUnreadableName
  }

  /// Makes one edit, chosen at random among those that are possible.
  ///
  /// - Returns: what was done, for the message of a test that fails.
  @discardableResult
  package mutating func edit() throws -> String {
    while true {
      // Some edits take away more than one adds, and a tree with nothing in it tests nothing.
      let isSmall = assets.count < 5
      guard let edit = isSmall ? .addAsset : Edit.allCases.randomElement(using: &random) else { continue }
      if let target = try apply(edit) { return "\(edit) \(target)" }
    }
  }

  /// Makes an edit; `nil` where nothing is there for it.
  package mutating func apply(_ edit: Edit) throws -> String? {
    if edit == .addAsset || assets.isEmpty {
      try addAsset()
      return "\(assets[assets.count - 1].manifestPath)"
    }
    let index = number(0..<assets.count)
    let path = assets[index].manifestPath
    switch edit {
    case .addAsset: return nil
    case .startRun: try startRun(index)
    case .endRun, .endRunWithoutManifest:
      guard assets[index].runs.contains(where: { !$0.text.isFinished }) else { return nil }
      try endRun(index, metadataOnly: edit == .endRunWithoutManifest)
    case .endRunWithoutMetadata: return try tellOfEndInManifest(index)
    case .repeatLastRun: return try repeatLastRun(index)
    case .renameRun: return try renameRun(index)
    case .addStrayFile, .addStrayLink, .addUnreadableName: return try addStray(edit, in: index)
    case .deleteRun:
      guard !assets[index].runs.isEmpty else { return nil }
      let run = number(0..<assets[index].runs.count)
      let folder = assets[index].runPath(run).parent
      try tree.remove(folder)
      assets[index].runs.remove(at: run)
      return "\(folder)"
    case .deleteAsset:
      let asset = assets.remove(at: index)
      try tree.remove(.asset(asset.name, asset.id))
    case .deleteName:
      let name = assets[index].name
      // A tree that is empty all at once is not believed.
      guard assets.contains(where: { !Self.same($0.name, name) }) else { return nil }
      try tree.remove(.name(name))
      assets.removeAll { Self.same($0.name, name) }
      return "\(TreePath.name(name))"
    case .renameAsset:
      let target = TreePath.asset(assets[index].name, fresh("moved"))
      try tree.rename(path.parent, to: target)
      assets[index].id = String("\(target)".split(separator: "=").last ?? "")
    case .renameName:
      let (name, target) = (assets[index].name, fresh("moved."))
      try tree.rename(.name(name), to: .name(target))
      for index in assets.indices where Self.same(assets[index].name, name) { assets[index].name = target }
      return "\(TreePath.name(name)) to \(target)"
    case .damageRun, .restoreRun, .loseRunFile, .runBecomesPipe, .runBecomesGiant: return try editRun(edit, of: index)
    default: return try editManifest(edit, of: index) ? "\(path)" : nil
    }
    return "\(path.parent)"
  }

  private static func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

  private mutating func editRun(_ edit: Edit, of index: Int) throws -> String? {
    // Only files that every reconcile looks at: those of runs that have not finished.
    let candidates = assets[index].runs.indices.filter { run in
      let run = assets[index].runs[run]
      return edit == .restoreRun ? run.isDamaged : !run.text.isFinished && !run.isDamaged
    }
    guard let run = candidates.randomElement(using: &random) else { return nil }
    let path = assets[index].runPath(run)
    switch edit {
    case .restoreRun: try writeRun(index, run)
    case .runBecomesPipe: try tree.makePipe(path)
    case .runBecomesGiant: try tree.makeSparse(path, bytes: 17 << 20)
    case .loseRunFile: if tree.status(path) != nil { try tree.remove(path) }
    default:
      let text = Array(assets[index].runs[run].text.text.utf8)
      let damage: [[UInt8]] = [[], Array(text.dropLast(number(1..<text.count))), Array("[]".utf8), text + [0xFF]]
      try tree.write(damage[number(0..<damage.count)], to: path)
    }
    assets[index].runs[run].isDamaged = edit != .restoreRun
    return "\(path)"
  }

  private mutating func editManifest(_ edit: Edit, of index: Int) throws -> Bool {
    guard var manifest = assets[index].manifest else { return false }
    let path = assets[index].manifestPath
    let bytes = Array(manifest.text.utf8)
    guard edit != .restoreManifest else {
      guard assets[index].isDamaged else { return false }
      assets[index].isDamaged = false
      try writeManifest(index)
      return true
    }
    // What was damaged stays so until it is restored, or a run ends.
    guard !assets[index].isDamaged else { return false }
    switch edit {
    case .rewriteManifest:
      manifest.lastError = "by hand \(number(0..<1000))"
      manifest.updatedAt = moment()
      try tree.write(manifest.text, to: path)
    case .replaceManifest:
      let hand = number(0..<1000)
      manifest.signature = hand % 3 == 0 ? assets[index].id : "by hand \(hand)"
      try tree.replace(path, with: Array(manifest.text.utf8))
    case .rewriteManifestSameSizeSameTime:
      manifest.updatedAt += manifest.updatedAt % 10_000_000 < 5_000_000 ? 1_000_000 : -1_000_000
      guard manifest.text.utf8.count == bytes.count else { return false }
      try tree.keepingTime(of: path) { try tree.write(manifest.text, to: path) }
    case .deleteManifest:
      try tree.remove(path)
      assets[index].manifest = nil
      return true
    case .misplaceManifest:
      manifest.name = "elsewhere"
      try tree.write(manifest.text, to: path)
    case .truncateManifest: try tree.write(Array(bytes[..<number(1..<bytes.count)]), to: path)
    case .emptyManifest: try tree.write([], to: path)
    case .garbleManifest: try tree.write(Array("not a manifest".utf8), to: path)
    case .breakEncoding: try tree.write(bytes.map { $0 == UInt8(ascii: "_") ? 0xFE : $0 }, to: path)
    case .refusedManifest: try tree.write("{\"manifest_version\": \"2\"}", to: path)
    case .manifestBecomesFolder:
      try tree.remove(path)
      try tree.makeFolder(path)
    case .manifestBecomesLink: try tree.makeLink(path, to: "../elsewhere.json")
    case .manifestBecomesPipe: try tree.makePipe(path)
    case .manifestBecomesGiant: try tree.makeSparse(path, bytes: 17 << 20)
    default: return false
    }
    switch edit {
    case .rewriteManifest, .replaceManifest, .rewriteManifestSameSizeSameTime, .misplaceManifest:
      assets[index].manifest = manifest
    default: assets[index].isDamaged = true
    }
    return true
  }
}
