#if canImport(Glibc)
  import Glibc
#endif

/// Where an index is: the name that clients open, and the files beside it.
///
/// The name (`catalog.sqlite`) is a symbolic link to the generation in use (`catalog-<n>.sqlite`). A generation's name
/// is never used twice, so that no `-wal` of an old file is ever taken for that of a new one.
package struct IndexLocation: Sendable, Hashable {
  /// The folder that holds the index, absolute.
  package let folder: String
  /// The last component of the name that clients open, such as `catalog.sqlite`.
  package let name: String
  /// Whether the folder is one that the catalog makes when the index is created; that of an explicit path is not.
  let isOwnFolder: Bool
  /// Where the index is in the user's cache, because the tree cannot be written or is on a network.
  package let isInCache: Bool

  init(folder: String, name: String, isOwnFolder: Bool, isInCache: Bool) {
    self.folder = folder
    self.name = name
    self.isOwnFolder = isOwnFolder
    self.isInCache = isInCache
  }

  /// The name that clients open: a link, or with `--index` perhaps the database file itself.
  package var path: String { Paths.join(folder, name) }
  /// The lock that every write transaction and checkpoint holds.
  package var gatePath: String { Paths.join(folder, stem + ".gate") }
  /// The lock that a reconcile or rebuild holds.
  package var lockPath: String { Paths.join(folder, stem + ".lock") }

  /// `catalog` of `catalog.sqlite`.
  var stem: String { Paths.split(name).stem }
  /// `.sqlite` of `catalog.sqlite`, empty where there is none.
  var suffix: String { Paths.split(name).suffix }

  func generationName(_ number: Int) -> String { "\(stem)-\(number)\(suffix)" }

  /// The number in the name of a generation, or of its `-wal` or `-shm`.
  func generationNumber(of name: String) -> Int? {
    var rest = name[...]
    for ending in ["-wal", "-shm", "-journal"] where rest.hasSuffix(ending) { rest = rest.dropLast(ending.count) }
    guard rest.hasPrefix(stem + "-"), rest.hasSuffix(suffix) else { return nil }
    let digits = rest.dropFirst(stem.count + 1).dropLast(suffix.count)
    guard let first = digits.utf8.first, first != UInt8(ascii: "0"), digits.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int(digits)
  }

  // MARK: Resolution

  /// Finds the place: the explicit path; else `.index/catalog.sqlite` in the metadata folder; else, where that cannot be
  /// written or is on a network, the user's cache. Nothing is created.
  ///
  /// - Parameters:
  ///   - explicit: a path, relative to the current folder.
  ///   - root: the storage root, an absolute path.
  ///   - environment: for `XDG_CACHE_HOME` and `HOME`.
  package static func resolve(
    explicit: String?, root: String, metadataFolder: String, environment: [String: String],
    fileSystem: NetworkCheck = .system
  ) throws(IndexError) -> IndexLocation {
    if let explicit { return try resolve(explicit: explicit, fileSystem) }
    let metadata = Paths.join(root, metadataFolder)
    let inTree = IndexLocation(
      folder: Paths.join(metadata, ".index"), name: "catalog.sqlite", isOwnFolder: true, isInCache: false)
    if try isUsable(inTree, below: metadata, fileSystem) { return inTree }
    guard let cache = cacheFolder(environment) else { return inTree }
    let place = StableHash.hex([root, metadataFolder])
    let inCache = IndexLocation(
      folder: Paths.join(cache, "asset-catalog/\(place)"), name: "catalog.sqlite", isOwnFolder: true, isInCache: true)
    if fileSystem.isNetwork(Paths.nearestExisting(inCache.folder)) {
      throw IndexError(
        .cannotWrite,
        "Neither \(inTree.folder) nor \(inCache.folder) can hold the index, since both are read-only or on a network: "
          + "choose a file on a local disk with --index.")
    }
    return inCache
  }

  /// Whether the index can be in the tree. Where there is no tree it may be said to be there: nothing will be created.
  private static func isUsable(
    _ inTree: IndexLocation, below metadata: String, _ fileSystem: NetworkCheck
  ) throws(IndexError) -> Bool {
    do throws(IndexError) {
      guard try FileStatus.of(metadata, followingLinks: true)?.kind == .folder else { return true }
      let hasFolder = try FileStatus.of(inTree.folder, followingLinks: true)?.kind == .folder
      let existing = hasFolder ? inTree.folder : metadata
      return Files.isWritable(existing) && !fileSystem.isNetwork(existing)
    } catch {
      // A folder that may not be entered: the tree is what cannot be read, and whoever reads it will say so.
      guard error.code == .cannotWrite else { throw error }
      return false
    }
  }

  private static func resolve(explicit: String, _ fileSystem: NetworkCheck) throws(IndexError) -> IndexLocation {
    var path = Paths.absolute(explicit)
    // A link that somebody else made stands for its target; one of ours is followed when the index is opened.
    for _ in 0..<40 {
      let (folder, name) = Paths.splitLast(path)
      guard !name.isEmpty, name != ".", name != ".." else { break }
      let location = IndexLocation(folder: folder, name: name, isOwnFolder: false, isInCache: false)
      guard let target = Files.contents(of: path), location.generationNumber(of: target) == nil else {
        guard try FileStatus.of(path, followingLinks: false)?.kind != .folder else {
          throw IndexError(.foreign, "\(path) is a folder and cannot be an index: name a file with --index.")
        }
        if fileSystem.isNetwork(Paths.nearestExisting(folder)) {
          throw IndexError(
            .cannotWrite, "\(path) is on a network file system, where an index cannot be shared: choose a local disk.")
        }
        return location
      }
      path = target.hasPrefix("/") ? target : Paths.join(folder, target)
    }
    throw IndexError(.foreign, "'\(explicit)' cannot be an index: name a file with --index.")
  }

  private static func cacheFolder(_ environment: [String: String]) -> String? {
    // As the XDG specification has it: a relative path is ignored.
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache }
    if let home = environment["HOME"], home.hasPrefix("/") { return Paths.join(home, ".cache") }
    return nil
  }

  /// Makes the folder where it is one of the catalog's own.
  func makeFolder() throws(IndexError) {
    guard try FileStatus.of(folder, followingLinks: true) == nil else { return }
    guard isOwnFolder else {
      throw IndexError(
        .cannotWrite, "There is no folder \(folder) for the index: create it, or choose another with --index.")
    }
    if isInCache {
      var made = ""
      for component in folder.split(separator: "/") {
        made += "/" + component
        if try FileStatus.of(made, followingLinks: true) == nil { try Files.makeFolder(made) }
      }
    } else {
      try Files.makeFolder(folder)
    }
  }
}
