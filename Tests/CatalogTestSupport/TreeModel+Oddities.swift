/// Edits that mad_prefect itself never makes, but that crashes, other writers and people do.
extension TreeModel {
  /// The manifest says how a run ended, while the run's own metadata still says that it has not.
  mutating func tellOfEndInManifest(_ index: Int) throws -> String? {
    guard let run = assets[index].runs.last(where: { !$0.text.isFinished && !$0.isDamaged }) else { return nil }
    let asset = assets[index]
    let didSucceed = random.chance(1, in: 2)
    let end = run.text.startedAt + Int64(number(1..<600_000)) * 1000
    var manifest = asset.manifest ?? ManifestText(name: asset.name, id: asset.id, updatedAt: end)
    manifest.take(
      ManifestText.Run(id: run.text.id, materialized: didSucceed ? end : nil, artifacts: []),
      status: didSucceed ? "success" : "failed", error: didSucceed ? nil : "said by the manifest", signature: nil,
      updatedAt: end + 1)
    assets[index].manifest = manifest
    assets[index].isDamaged = false
    try writeManifest(index)
    return "\(asset.manifestPath) of \(run.text.id)"
  }

  /// The last run of the manifest is done again under the same id: its metadata is rewritten though it had finished.
  mutating func repeatLastRun(_ index: Int) throws -> String? {
    guard let last = assets[index].manifest?.lastRun?.id,
      let run = assets[index].runs.firstIndex(where: { $0.text.id == last && $0.text.isFinished })
    else { return nil }
    assets[index].runs[run].text.startedAt += 60_000_000
    assets[index].runs[run].text.materialized = nil
    assets[index].runs[run].text.status = nil
    assets[index].runs[run].text.error = nil
    assets[index].runs[run].text.artifacts = nil
    let text = assets[index].runs.remove(at: run)
    assets[index].runs.append(text)
    try endRun(index)
    return "\(assets[index].manifestPath) of \(last)"
  }

  /// A run's folder gets another name; the id within the file stays behind.
  mutating func renameRun(_ index: Int) throws -> String? {
    guard let run = assets[index].runs.indices.randomElement(using: &random) else { return nil }
    let folder = assets[index].runPath(run).parent
    assets[index].runs[run].text.id = fresh("moved")
    let target = assets[index].runPath(run).parent
    try tree.rename(folder, to: target)
    return "\(folder) to \(target)"
  }

  /// Something that is no part of the layout turns up in one of its folders.
  mutating func addStray(_ edit: Edit, in index: Int) throws -> String? {
    let asset = assets[index]
    let folders: [(TreePath, String)] = [
      (.metadata, "asset_name="), (.name(asset.name), "asset_id="), (.asset(asset.name, asset.id), "asset_run_id="),
    ]
    let (folder, prefix) = folders[number(0..<folders.count)]
    var path = folder / (random.chance(1, in: 2) ? prefix + fresh("stray") : fresh("stray"))
    switch edit {
    case .addStrayFile: try tree.write("nobody reads this", to: path)
    case .addStrayLink: try tree.makeLink(path, to: "/")
    default:
      let names: [[UInt8]] = [[], [0xFF], Array("caf".utf8) + [0xE9], [0xED, 0xA0, 0x80], [0x0A, 0xC3]]
      path = folder.appending(Array(prefix.utf8) + names[number(0..<names.count)])
      try tree.makeFolder(path)
    }
    return "\(path)"
  }
}
