internal import LinuxSystem
internal import ManifestModel

/// What is at the place of an index.
enum FoundIndex {
  case nothing
  /// The link leads to a generation that is not there.
  case brokenLink(target: String)
  /// The database file in use.
  case file(IndexGeneration)

  static func examine(_ location: IndexLocation) throws(IndexError) -> FoundIndex {
    for _ in 0..<attempts {
      if let place = try look(at: location) { return place }
    }
    throw IndexError(.busy, "\(location.path) comes and goes: try again.")
  }

  /// How often the link may be gone when it is read.
  private static let attempts = 20

  /// - Returns: `nil` if what was there is gone, or is something else by now.
  private static func look(at location: IndexLocation) throws(IndexError) -> FoundIndex? {
    guard let status = try Files.status(location.path, followingLinks: false) else { return .nothing }
    switch status.kind {
    case .file:
      return .file(IndexGeneration(path: location.path, status: status, isLinked: false))
    case .symbolicLink:
      let target: String
      switch try Files.link(location.path) {
      case .none: return nil
      case .to(let text) where location.generationNumber(of: text) != nil: target = text
      case .to, .elsewhere:
        throw IndexError(
          .foreign,
          "\(location.path) is a link that the catalog did not make: remove it, or choose another path for the index.",
          .chooseIndex)
      }
      let path = Paths.join(location.folder, target)
      guard let status = try Files.status(path, followingLinks: false) else { return .brokenLink(target: target) }
      guard status.kind == .file else { throw notAFile(path) }
      return .file(IndexGeneration(path: path, status: status, isLinked: true))
    case .folder, .special:
      throw notAFile(location.path)
    }
  }

  private static func notAFile(_ path: String) -> IndexError {
    IndexError(.foreign, "\(path) is no regular file: choose another place for the index.", .chooseIndex)
  }
}

/// One database file that is, or was, the index.
package struct IndexGeneration: Sendable {
  /// The file itself, not the link to it.
  package let path: String
  let status: FileStatus
  /// Whether the place is a link to the file; otherwise the file is at the place itself.
  let isLinked: Bool

  var logPath: String { path + "-wal" }
}

extension IndexLocation {
  /// Makes a finished file, which nobody has open, the index: under a name that was never used, with the link switched
  /// to it in one step. The caller has passed the gate.
  ///
  /// - Returns: the new name of a file that was at the place itself, `nil` where there was none.
  func install(_ file: String) throws(IndexError) -> String? {
    let used = try Files.names(in: folder).compactMap { generationNumber(of: $0) }.max() ?? 0
    let name = generationName(used + 1)
    let path = Paths.join(folder, name)
    try Files.synchronize(file, isFolder: false)
    try Files.rename(file, to: path)
    do throws(IndexError) {
      try Files.synchronize(folder, isFolder: true)
      let kept = try moveAside()
      try Files.link(name, at: self.path, temporaryPath: Paths.join(folder, linkPrefix + UniqueName.make()))
      try Files.synchronize(folder, isFolder: true)
      return kept
    } catch {
      // Nothing leads to it, unless it was only the folder that could not be put on the disk.
      if (try? Files.contents(of: self.path)) != .some(name) { try? Files.remove(path) }
      throw error
    }
  }

  /// How the names of links begin that are to take the place of the one in use.
  private var linkPrefix: String { ".\(stem)-link-" }

  /// Gives a file at the place itself, and its log, another name. A generation stays where it is: its name is not
  /// needed again, and somebody may have it open.
  private func moveAside() throws(IndexError) -> String? {
    guard let status = try Files.status(path, followingLinks: false), status.kind == .file else {
      return nil
    }
    // An empty file, as one that was made to have a name, is nothing to keep.
    if status.size == 0, !["-wal", "-journal"].contains(where: { Files.exists(path + $0) }) { return nil }
    var number = 1
    while try Files.status("\(path).damaged-\(number)", followingLinks: false) != nil { number += 1 }
    let kept = "\(path).damaged-\(number)"
    // The database first: without it, its log means nothing to anyone.
    for ending in ["", "-wal", "-shm", "-journal"] where try Files.status(path + ending, followingLinks: false) != nil {
      try Files.rename(path + ending, to: kept + ending)
    }
    return kept
  }

  /// Removes what nobody can need any more: the notes for a rebuild that is dead, scratches whose makers are dead and,
  /// behind the gate, links that were never put in place, and generations that were replaced a day ago or longer. What
  /// cannot be removed stays for the next time.
  ///
  /// The caller has the lock of all reconciles.
  ///
  /// - Parameter now: seconds since the epoch.
  package func sweep(now: Int64) {
    try? Files.remove(newsPath)
    guard let names = try? Files.names(in: folder) else { return }
    ScratchFile.removeAbandoned(in: self, names: names)
    let current = (try? Files.contents(of: path)).flatMap { $0 }.flatMap { generationNumber(of: $0) }
    let all = Set(names)
    let isRubbish = { (name: String) in
      name.hasPrefix(linkPrefix)
        || generationNumber(of: name).map { $0 < current ?? 0 && isOwnGeneration(name, among: all) } ?? false
    }
    guard names.contains(where: isRubbish), let gate = try? IndexGate(self) else { return }
    try? gate.pass(until: Deadline(milliseconds: 0)) { () throws(IndexError) in try removeRubbish(now: now) }
  }

  /// The caller has passed the gate.
  func removeRubbish(now: Int64) throws(IndexError) {
    let names = try Files.names(in: folder)
    // Links are made and put in place behind the gate, so that nobody is at one of these.
    for name in names where name.hasPrefix(linkPrefix) { try? Files.remove(Paths.join(folder, name)) }
    guard let link = try Files.status(path, followingLinks: false), link.kind == .symbolicLink,
      let target = try Files.contents(of: path), let current = generationNumber(of: target),
      now - link.modifiedSeconds > 24 * 3600
    else { return }
    let all = Set(names)
    let old = names.filter { name in
      generationNumber(of: name).map { $0 < current && isOwnGeneration(name, among: all) } ?? false
    }
    // A database sorts before its log.
    for name in old.sorted() { try? Files.remove(Paths.join(folder, name)) }
  }
}

extension IndexGeneration {
  /// Whether the file alone is the whole index: there is no log, or nothing in it.
  func hasEmptyLog() throws(IndexError) -> Bool {
    try Files.status(logPath, followingLinks: false).map { $0.size == 0 } ?? true
  }

  /// The file, as it is remembered in the index.
  package var file: CatalogState.File { CatalogState.File(device: status.device, inode: status.inode) }

  /// What stands beside the file in a place that SQLite needs, as the end of a sentence; `nil` if nothing does.
  ///
  /// No index of ours ever has a journal that rolls back. SQLite would roll a stranger's back into the file, or wait
  /// for somebody who may write to do so.
  func obstacle() -> String? {
    for ending in ["-wal", "-shm", "-journal"] {
      guard let status = (try? Files.status(path + ending, followingLinks: false)).flatMap({ $0 }) else { continue }
      if status.kind != .file { return "has something else than a file at \(path + ending)" }
      if ending == "-journal", status.size > 0 { return "has a journal of another program at \(path + ending)" }
    }
    return nil
  }
}
