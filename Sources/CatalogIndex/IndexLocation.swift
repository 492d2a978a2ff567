import LinuxSystem
internal import ManifestModel
package import StoredTree

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
  /// The metadata folder that the index is of, absolute: what it lets nobody read, the index does not either. For a
  /// tree on another host, the folder of the index itself.
  let metadata: String
  /// Whether the tree is no folder of this host: nothing of it is looked at as a file.
  let isOfRemoteTree: Bool

  init(
    folder: String, name: String, isOwnFolder: Bool, isInCache: Bool, metadata: String, isOfRemoteTree: Bool = false
  ) {
    self.isOfRemoteTree = isOfRemoteTree
    self.folder = folder
    self.name = name
    self.isOwnFolder = isOwnFolder
    self.isInCache = isInCache
    self.metadata = metadata
  }

  /// The name that clients open: a link, or with `--index` perhaps the database file itself.
  package var path: String { Paths.join(folder, name) }
  /// The lock that every write transaction and checkpoint holds.
  package var gatePath: String { Paths.join(folder, stem + ".gate") }
  /// The lock that a reconcile or rebuild holds.
  package var lockPath: String { Paths.join(folder, stem + ".lock") }
  /// Where those who record say what they have recorded while a rebuild reads.
  package var newsPath: String { Paths.join(folder, stem + ".news") }
  /// What is known of the last whole listing of a tree on another host.
  var listingPath: String { Paths.join(folder, stem + ".listing") }

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
    // No catalog comes to that many, and whoever counts on from here must not overflow.
    return digits.utf8.count > 15 ? nil : Int(digits)
  }

  // MARK: Resolution

  /// Finds the place: the explicit path; else `.index/catalog.sqlite` in the metadata folder; else, where that cannot
  /// be written or is on a network, the user's cache. Nothing is created.
  ///
  /// - Parameters:
  ///   - explicit: a path, relative to the current folder.
  ///   - root: the storage root, an absolute path.
  ///   - environment: for `XDG_CACHE_HOME` and `HOME`.
  package static func resolve(
    explicit: String?, root: String, metadataFolder: String, environment: [String: String],
    fileSystem: NetworkCheck = .system
  ) throws(IndexError) -> IndexLocation {
    let metadata = Paths.join(root, metadataFolder)
    if let explicit { return try resolve(explicit: explicit, metadata: metadata, fileSystem).fitting() }
    let inTree = IndexLocation(
      folder: Paths.join(metadata, ".index"), name: "catalog.sqlite", isOwnFolder: true, isInCache: false,
      metadata: metadata)
    if try isUsable(inTree, fileSystem) { return inTree }
    // A cache that cannot be made, as below the /nonexistent that is the home of many a service, is none.
    guard let cache = cacheFolder(environment), Files.isWritable(Paths.nearestExisting(cache)) else {
      return try inTree.fitting()
    }
    let place = StableHash.hex([root, metadataFolder])
    let inCache = IndexLocation(
      folder: Paths.join(cache, "asset-catalog/\(place)"), name: "catalog.sqlite", isOwnFolder: true, isInCache: true,
      metadata: metadata)
    if fileSystem.isNetwork(Paths.nearestExisting(inCache.folder)) {
      throw IndexError(
        .cannotWrite,
        "Neither \(inTree.folder) nor \(inCache.folder) can hold the index, since both are read-only or on a network: "
          + "choose a file on a local disk.",
        .chooseIndex)
    }
    return try inCache.fitting()
  }

  /// Finds the place of the index of a tree that lies on another host: the explicit path, else the user's cache.
  ///
  /// - Parameters:
  ///   - root: the address of the root, for messages.
  ///   - identity: what tells the tree from all others.
  package static func resolve(
    explicit: String?, ofRemoteRoot root: String, identity: TreeIdentity, environment: [String: String],
    fileSystem: NetworkCheck = .system
  ) throws(IndexError) -> IndexLocation {
    if let explicit {
      return try resolve(explicit: explicit, metadata: "/", isOfRemoteTree: true, fileSystem).fitting()
    }
    guard let cache = cacheFolder(environment), Files.isWritable(Paths.nearestExisting(cache)) else {
      throw IndexError(
        .cannotWrite,
        "There is no folder for the index of \(root): set XDG_CACHE_HOME to one that can be written, or choose a file.",
        .chooseIndex)
    }
    let place = [identity.device, identity.inode].map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
    let folder = Paths.join(cache, "asset-catalog/\(place)")
    let location = IndexLocation(
      folder: folder, name: "catalog.sqlite", isOwnFolder: true, isInCache: true, metadata: folder, isOfRemoteTree: true
    )
    if fileSystem.isNetwork(Paths.nearestExisting(location.folder)) {
      throw IndexError(
        .cannotWrite,
        "\(location.folder) cannot hold the index, since it is on a network: choose a file on a local disk.",
        .chooseIndex)
    }
    return try location.fitting()
  }

  /// Whether this user's index can be in the tree. Where there is no tree it may be said to be there: nothing will be
  /// created.
  private static func isUsable(_ inTree: IndexLocation, _ fileSystem: NetworkCheck) throws(IndexError) -> Bool {
    do throws(IndexError) {
      guard let metadata = try Files.status(inTree.metadata, followingLinks: true), metadata.kind == .folder else {
        return true
      }
      if let link = try Files.status(inTree.folder, followingLinks: false), link.kind == .symbolicLink,
        ![metadata.owner, 0, geteuid()].contains(link.owner)
      {
        throw IndexError(
          .foreign,
          "\(inTree.folder) is a link that a user made to whom the tree does not belong, and was not followed: remove it."
        )
      }
      let hasFolder = try Files.status(inTree.folder, followingLinks: true)?.kind == .folder
      let existing = hasFolder ? inTree.folder : inTree.metadata
      return Files.isWritable(existing) && inTree.areFilesUsable && inTree.fits && !fileSystem.isNetwork(existing)
    } catch {
      // A folder that may not be entered: the tree is what cannot be read, and whoever reads it will say so.
      guard error.code == .cannotWrite else { throw error }
      return false
    }
  }

  /// The index to read as it is: where this one, in the cache, is not there, that of the tree, if it may be read.
  package var toReadAsItIs: IndexLocation {
    guard isInCache, !isOfRemoteTree, !Files.exists(path) else { return self }
    let inTree = IndexLocation(
      folder: Paths.join(metadata, ".index"), name: name, isOwnFolder: true, isInCache: false, metadata: metadata)
    return Files.exists(inTree.path) && Files.allows(R_OK, on: inTree.path) ? inTree : self
  }

  /// Whether this user may write the index that is there, if there is one: another user may have made it for himself.
  private var areFilesUsable: Bool {
    ["", "-wal", "-shm"].allSatisfy { Files.allows(W_OK, on: (Paths.resolved(path) ?? path) + $0) }
      && [gatePath, lockPath].allSatisfy { Files.allows(R_OK, on: $0) }
  }

  // MARK: Limits

  /// The longest path that SQLite opens, less the ending of a journal: it has 512 bytes for a path and its NUL.
  private static let longestPath = 503

  /// Whether SQLite can open all files of the index. It counts the path without links.
  private var fits: Bool {
    // The longest name is that of a scratch: process id, hyphen, and 64 bits in digits and letters.
    let name = ".\(stem)-scratch-".utf8.count + 10 + 1 + 13 + max(suffix.utf8.count, ".sqlite".utf8.count)
    let folders = [folder, Paths.resolved(folder) ?? folder]
    return folders.allSatisfy { $0.utf8.count + 1 + name <= Self.longestPath }
  }

  private func fitting() throws(IndexError) -> IndexLocation {
    guard !fits else { return self }
    throw IndexError(
      .cannotWrite,
      "\(path) is longer than SQLite can open (512 bytes with the names beside it): choose a shorter path.",
      .chooseIndex)
  }

  /// Whether the index lies in the tree, so that it goes wherever the tree goes.
  func isInTree(root: String, metadataFolder: String) -> Bool {
    guard !isOfRemoteTree, let folder = Paths.resolved(folder) else { return false }
    return [root, Paths.join(root, metadataFolder)].contains { place in
      guard let place = Paths.resolved(place), place != "/" else { return false }
      return folder == place || folder.hasPrefix(place + "/")
    }
  }

  private static func resolve(
    explicit: String, metadata: String, isOfRemoteTree: Bool = false, _ fileSystem: NetworkCheck
  ) throws(IndexError) -> IndexLocation {
    var path: String
    do throws(CurrentFolder.Fault) {
      path = try Paths.absolute(explicit)
    } catch {
      throw IndexError(.foreign, "'\(explicit)' cannot be found, since \(error.reason).")
    }
    // A link that somebody else made stands for its target; one of ours is followed when the index is opened.
    for _ in 0..<40 {
      let (folder, name) = Paths.splitLast(path)
      guard !name.isEmpty, name != ".", name != ".." else { break }
      let location = IndexLocation(
        folder: folder, name: name, isOwnFolder: false, isInCache: false, metadata: isOfRemoteTree ? folder : metadata,
        isOfRemoteTree: isOfRemoteTree)
      guard let target = try Files.contents(of: path), location.generationNumber(of: target) == nil else {
        guard try Files.status(path, followingLinks: false)?.kind != .folder else {
          throw IndexError(.foreign, "\(path) is a folder and cannot be an index: name a file.", .chooseIndex)
        }
        if fileSystem.isNetwork(Paths.nearestExisting(folder)) {
          throw IndexError(
            .cannotWrite, "\(path) is on a network file system, where an index cannot be shared: choose a local disk.",
            .chooseIndex)
        }
        return location
      }
      path = target.hasPrefix("/") ? target : Paths.join(folder, target)
    }
    throw IndexError(.foreign, "'\(explicit)' cannot be an index: name a file.", .chooseIndex)
  }

  private static func cacheFolder(_ environment: [String: String]) -> String? {
    // As the XDG specification has it: a relative path is ignored.
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache }
    if let home = environment["HOME"], home.hasPrefix("/") { return Paths.join(home, ".cache") }
    return nil
  }

  /// Makes the folder where it is one of the catalog's own.
  func makeFolder() throws(IndexError) {
    guard try Files.status(folder, followingLinks: true) == nil else { return }
    guard isOwnFolder else {
      throw IndexError(
        .cannotWrite, "There is no folder \(folder) for the index: create it, or choose another path.", .chooseIndex)
    }
    if isInCache {
      var made = ""
      for component in folder.split(separator: "/") {
        made += "/" + component
        // What is in a cache concerns nobody else.
        if try Files.status(made, followingLinks: true) == nil { try Files.makeFolder(made, mode: 0o700) }
      }
    } else {
      try IndexRights.makeFolder(of: self)
    }
  }
}
