/// What is at the place of an index.
enum IndexPlace {
  case nothing
  /// The link leads to a generation that is not there.
  case brokenLink(target: String)
  /// The database file in use.
  case file(IndexGeneration)

  static func examine(_ location: IndexLocation) throws(IndexError) -> IndexPlace {
    guard let status = try FileStatus.of(location.path, followingLinks: false) else { return .nothing }
    switch status.kind {
    case .regular:
      return .file(IndexGeneration(path: location.path, status: status, isLinked: false))
    case .link:
      guard let target = Files.contents(of: location.path), location.generationNumber(of: target) != nil else {
        throw IndexError(
          .foreign,
          "\(location.path) is a link that the catalog did not make: remove it, or choose another with --index.")
      }
      let path = Paths.join(location.folder, target)
      guard let status = try FileStatus.of(path, followingLinks: false) else { return .brokenLink(target: target) }
      guard status.kind == .regular else { throw notAFile(path) }
      return .file(IndexGeneration(path: path, status: status, isLinked: true))
    case .folder, .other:
      throw notAFile(location.path)
    }
  }

  private static func notAFile(_ path: String) -> IndexError {
    IndexError(.foreign, "\(path) is no regular file: choose another place with --index.")
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
    try Files.synchronize(folder, isFolder: true)
    let kept = try moveAside()
    try Files.link(
      name, at: self.path, temporaryPath: Paths.join(folder, ".\(stem)-link-\(UniqueName.make())"))
    try Files.synchronize(folder, isFolder: true)
    return kept
  }

  /// Gives a file at the place itself, and its log, another name. A generation stays where it is: its name is not needed
  /// again, and somebody may have it open.
  private func moveAside() throws(IndexError) -> String? {
    guard let status = try FileStatus.of(path, followingLinks: false), status.kind == .regular else {
      return nil
    }
    var number = 1
    while try FileStatus.of("\(path).damaged-\(number)", followingLinks: false) != nil { number += 1 }
    let kept = "\(path).damaged-\(number)"
    // The database first: without it, its log means nothing to anyone.
    for ending in ["", "-wal", "-shm"] where try FileStatus.of(path + ending, followingLinks: false) != nil {
      try Files.rename(path + ending, to: kept + ending)
    }
    return kept
  }

  /// Removes generations that nobody can need: not in use, and replaced a day ago or longer. The caller has passed the
  /// gate.
  ///
  /// - Parameter now: seconds since the epoch.
  func removeOldGenerations(now: Int64) throws(IndexError) {
    guard let link = try FileStatus.of(path, followingLinks: false), link.kind == .link,
      let target = Files.contents(of: path), let current = generationNumber(of: target),
      now - link.modified > 24 * 3600
    else { return }
    let old = try Files.names(in: folder).filter { generationNumber(of: $0).map { $0 < current } ?? false }
    // A database sorts before its log.
    for name in old.sorted() { try Files.remove(Paths.join(folder, name)) }
  }
}
