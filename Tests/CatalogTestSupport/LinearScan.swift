import ManifestModel

#if canImport(Glibc)
  import Glibc
#endif

/// The oracle: answers every question by reading every file, slowly and from the specification alone.
///
/// It knows nothing of the index and shares no rule with the product; only the decoder of the two kinds of file is
/// common to both, and that is tested against mad_prefect itself. A scan remembers the last good values of a file, as
/// the specification asks of the index: so it must scan whenever the index is brought up to date.
package struct LinearScan: Sendable {
  /// How a manifest stands.
  enum Standing: Sendable {
    case absent
    case current
    /// It cannot be used now; there is the last good one, or none.
    case damaged
  }

  struct Run: Sendable {
    let id: String
    /// Current or last good; `nil` where the file was never good or is missing.
    let metadata: RunMetadata?
    /// Whether there is a file that cannot be read and never could.
    let isBad: Bool
    /// When the file was written, in microseconds.
    let writtenAt: Int64

    /// The error that the metadata gives.
    var errorText: String? {
      metadata?.error.map { error in error.type.map { "\($0): \(error.message)" } ?? error.message }
    }
  }

  struct Asset: Sendable {
    let identifier: AssetIdentifier
    var standing = Standing.absent
    /// Current or last good.
    var manifest: Manifest?
    /// One for each run folder.
    var runs: [Run] = []
    var manifestWrittenAt: Int64 = 0
  }

  struct Problem: Sendable {
    let path: TreePath
    let kind: String
  }

  let root: String
  private(set) var folders: [Asset] = []
  private(set) var problems: [Problem] = []
  private var goodManifests: [TreePath: Manifest] = [:]
  private var goodRuns: [TreePath: RunMetadata] = [:]

  package init(_ tree: ScratchTree) { root = tree.root }

  /// Reads the whole tree.
  package mutating func scan() {
    let (oldManifests, oldRuns) = (goodManifests, goodRuns)
    (goodManifests, goodRuns, folders, problems) = ([:], [:], [], [])
    for (name, folder) in members(of: .metadata, prefix: "asset_name=") {
      for (id, folder) in members(of: folder, prefix: "asset_id=") {
        var asset = Asset(identifier: AssetIdentifier(name: name, id: id))
        readManifest(of: &asset, at: folder / "manifest.json", old: oldManifests)
        asset.manifestWrittenAt = writtenAt(folder / "manifest.json")
        for (run, folder) in members(of: folder, prefix: "asset_run_id=") {
          let path = folder / "metadata.json"
          let metadata = readRun(at: path, old: oldRuns)
          asset.runs.append(
            Run(
              id: run, metadata: metadata, isBad: metadata == nil && self.kind(of: path) != 0,
              writtenAt: writtenAt(path)))
        }
        folders.append(asset)
      }
    }
    problems.sort { ($0.path, $0.kind) < ($1.path, $1.kind) }
  }

  /// What a folder has in it under a prefix: folders only, everything else there is a problem.
  private mutating func members(of folder: TreePath, prefix: String) -> [(String, TreePath)] {
    var members: [(String, TreePath)] = []
    for entry in ScratchTree.entries(absolute(folder)) {
      let path = folder.appending(entry)
      let kind = kind(of: path)
      guard entry.starts(with: prefix.utf8) else {
        if kind != S_IFDIR, kind != S_IFREG { note(path, "not_a_file") }
        continue
      }
      guard kind == S_IFDIR else {
        note(path, "not_a_file")
        continue
      }
      guard let text = String(validating: entry.dropFirst(prefix.utf8.count), as: UTF8.self), !text.isEmpty else {
        note(path, "invalid_name")
        continue
      }
      members.append((text, path))
    }
    return members
  }

  private mutating func readManifest(of asset: inout Asset, at path: TreePath, old: [TreePath: Manifest]) {
    switch read(path) {
    case .nothing: return
    case .problem(let kind): note(path, kind)
    case .bytes(let bytes):
      do {
        let manifest = try ManifestCodec.decodeManifest(bytes)
        asset.standing = .current
        asset.manifest = manifest
        goodManifests[path] = manifest
        if manifest.asset != asset.identifier { note(path, "misplaced") }
        return
      } catch {
        note(path, error.kind.rawValue)
      }
    }
    asset.standing = .damaged
    asset.manifest = old[path]
    goodManifests[path] = old[path]
  }

  private mutating func readRun(at path: TreePath, old: [TreePath: RunMetadata]) -> RunMetadata? {
    switch read(path) {
    case .nothing: return nil
    case .problem(let kind): note(path, kind)
    case .bytes(let bytes):
      do {
        let metadata = try ManifestCodec.decodeRunMetadata(bytes)
        goodRuns[path] = metadata
        return metadata
      } catch {
        note(path, error.kind.rawValue)
      }
    }
    goodRuns[path] = old[path]
    return old[path]
  }

  /// The same thing may be wrong from two points of view: a link is no file, and no member of its folder.
  private mutating func note(_ path: TreePath, _ kind: String) {
    if !problems.contains(where: { $0.path == path && $0.kind == kind }) {
      problems.append(Problem(path: path, kind: kind))
    }
  }

  // MARK: Files

  private enum Reading {
    case nothing
    case problem(String)
    case bytes([UInt8])
  }

  private func absolute(_ path: TreePath) -> [CChar] {
    Array(root.utf8CString.dropLast()) + [0x2F] + path.bytes.map { CChar(bitPattern: $0) } + [0]
  }

  private func kind(of path: TreePath) -> mode_t {
    var found = stat()
    return lstat(absolute(path), &found) == 0 ? found.st_mode & S_IFMT : 0
  }

  private func writtenAt(_ path: TreePath) -> Int64 {
    var found = stat()
    guard lstat(absolute(path), &found) == 0 else { return 0 }
    return (Int64(found.st_mtim.tv_sec) * 1_000_000_000 + Int64(found.st_mtim.tv_nsec)) / 1000
  }

  private func read(_ path: TreePath) -> Reading {
    var found = stat()
    guard lstat(absolute(path), &found) == 0 else { return .nothing }
    guard found.st_mode & S_IFMT == S_IFREG else { return .problem("not_a_file") }
    guard found.st_size <= 16 * 1024 * 1024 else { return .problem("too_large") }
    guard let file = fopen(absolute(path), "r") else { return .problem("unreadable") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return .bytes(bytes)
  }
}
