import CatalogTestSupport
import Foundation
import ManifestModel
import SQLiteDatabase
import Testing

@testable import CatalogIndex

@Suite struct IndexLocationTests {
  private static let mayBecomeOthers = geteuid() == 0 || ContinuousIntegration.isOn

  /// A root with a metadata folder, gone afterwards.
  private struct Tree: ~Copyable {
    let root: String

    init() throws {
      root = FileManager.default.temporaryDirectory.appendingPathComponent("root-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: root + "/_asset_metadata", withIntermediateDirectories: true)
    }

    deinit {
      try? FileManager.default.removeItem(atPath: root)
    }

    func resolve(
      explicit: String? = nil, environment: [String: String] = [:],
      isNetwork: @escaping @Sendable (String) -> Bool = { _ in false }
    ) throws(IndexError) -> IndexLocation {
      try IndexLocation.resolve(
        explicit: explicit, root: root, metadataFolder: "_asset_metadata", environment: environment,
        fileSystem: NetworkCheck(isNetwork))
    }
  }

  @Test func `The index is in the tree, where that can be written; nothing is created before it is opened`() throws {
    let tree = try Tree()
    let location = try tree.resolve(environment: ["HOME": "/nowhere"])
    #expect(location.path == tree.root + "/_asset_metadata/.index/catalog.sqlite")
    #expect(!location.isInCache)
    #expect(location.gatePath == tree.root + "/_asset_metadata/.index/catalog.gate")
    #expect(location.lockPath == tree.root + "/_asset_metadata/.index/catalog.lock")
    #expect(try FileManager.default.contentsOfDirectory(atPath: tree.root + "/_asset_metadata") == [])
    let error = indexError { () throws(IndexError) in _ = try IndexFile.open(location, .reading) }
    #expect(error?.code == .missing)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tree.root + "/_asset_metadata") == [])
    #expect(try IndexFile.open(location, .writing).outcome == .created)
    #expect(try IndexFile.open(location, .writing).outcome == .opened)
  }

  @Test func `The index of a tree on a network is in the user's cache, by root and folder`() throws {
    let tree = try Tree()
    let root = tree.root
    let environment = ["XDG_CACHE_HOME": root + "/cache", "HOME": "/nowhere"]
    let location = try tree.resolve(environment: environment) { $0.hasPrefix(root + "/_asset_metadata") }
    #expect(location.isInCache)
    #expect(location.path.hasPrefix(root + "/cache/asset-catalog/"))
    #expect(location.path.hasSuffix("/catalog.sqlite"))
    #expect(try IndexFile.open(location, .writing).outcome == .created)
    let again = try tree.resolve(environment: environment) { $0.hasPrefix(root + "/_asset_metadata") }
    #expect(again == location)
    let other = try IndexLocation.resolve(
      explicit: nil, root: root, metadataFolder: "other", environment: environment,
      fileSystem: NetworkCheck { _ in false })
    #expect(other.path == root + "/other/.index/catalog.sqlite")
  }

  @Test func `Without XDG_CACHE_HOME, or with a relative one, the cache is below HOME`() throws {
    let tree = try Tree()
    let root = tree.root
    for cache in [nil, "", "relative"] {
      var environment = ["HOME": root + "/home"]
      environment["XDG_CACHE_HOME"] = cache
      let location = try tree.resolve(environment: environment) { $0.hasPrefix(root + "/_asset_metadata") }
      #expect(location.path.hasPrefix(root + "/home/.cache/asset-catalog/"))
    }
  }

  @Test func `Where both the tree and the cache are on a network, the user is told to choose`() throws {
    let tree = try Tree()
    let error = indexError { () throws(IndexError) in
      _ = try tree.resolve(environment: ["HOME": tree.root]) { _ in true }
    }
    #expect(error?.code == .cannotWrite)
    #expect(error?.remedies == [.chooseIndex])
    let explicit = indexError { () throws(IndexError) in
      _ = try tree.resolve(explicit: tree.root + "/a.db") { _ in true }
    }
    #expect(explicit?.code == .cannotWrite)
  }

  @Test func `An explicit path may be relative, and a link that the user made is followed`() throws {
    let tree = try Tree()
    let relative = try tree.resolve(explicit: "some/where/a.db")
    #expect(relative.path == FileManager.default.currentDirectoryPath + "/some/where/a.db")
    try FileManager.default.createDirectory(atPath: tree.root + "/big", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: tree.root + "/mine.db", withDestinationPath: "big/index.db")
    let location = try tree.resolve(explicit: tree.root + "/mine.db")
    #expect(location.path == tree.root + "/big/index.db")
    do { #expect(try IndexFile.open(location, .writing).path == tree.root + "/big/index-1.db") }
    #expect(try tree.resolve(explicit: tree.root + "/mine.db") == location)
    try FileManager.default.createSymbolicLink(atPath: tree.root + "/loop", withDestinationPath: "loop")
    for path in [tree.root, tree.root + "/loop", "/", ""] {
      #expect(indexError { () throws(IndexError) in _ = try tree.resolve(explicit: path) }?.code == .foreign)
    }
    let error = indexError { () throws(IndexError) in _ = try tree.resolve(explicit: tree.root) }
    #expect(error?.message == "\(tree.root) is a folder and cannot be an index: name a file.")
  }

  @Test func `The folder of an explicit path is not made up`() throws {
    let tree = try Tree()
    let location = try tree.resolve(explicit: tree.root + "/no/such/a.db")
    let error = indexError { () throws(IndexError) in _ = try IndexFile.open(location, .writing) }
    #expect(error?.code == .cannotWrite)
    #expect(error?.message.contains(tree.root + "/no/such") == true)
  }

  // MARK: Users who cannot write

  @Test(.enabled(if: mayBecomeOthers, "becoming another user for a thread takes root"))
  func `Who cannot write the tree has an index in the cache`() throws {
    let tree = try Tree()
    let location = try asNobody { () throws(IndexError) in
      try tree.resolve(environment: ["HOME": "/tmp"])
    }
    #expect(try location?.get().isInCache == true)
  }

  @Test(.enabled(if: mayBecomeOthers, "becoming another user for a thread takes root"))
  func `A tree that may not be entered is no matter of the index`() throws {
    let tree = try Tree()
    for folder in ["", "/_asset_metadata"] {
      #expect(chmod(tree.root + folder, 0o700) == 0)
      let location = try asNobody { () throws(IndexError) in try tree.resolve(environment: ["HOME": "/tmp"]) }
      #expect(try location?.get().isInCache == true)
      #expect(chmod(tree.root + folder, 0o755) == 0)
    }
  }

  @Test(
    .enabled(if: mayBecomeOthers, "becoming another user for a thread takes root"),
    arguments: [false, true])
  func `Who cannot write the folder can read the index, with its log or without`(hasLog: Bool) throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 3)
    if !hasLog {
      for ending in ["-wal", "-shm"] {
        try FileManager.default.removeItem(atPath: folder.file("catalog-1.sqlite" + ending))
      }
    }
    let location = folder.location
    let outcome = try asNobody { () throws(IndexError) in
      let index = try IndexFile.open(location, .reading)
      let write = indexError { () throws(IndexError) in _ = try IndexFile.open(location, .writing) }
      return (try index.rowCount(), index.isImmutable, index.isCurrent(), write?.code)
    }
    let (rows, isImmutable, isCurrent, code) = try #require(try outcome?.get())
    #expect(rows == 3)
    #expect(isImmutable == !hasLog)
    #expect(isCurrent)
    #expect(code == .cannotWrite)
  }

  @Test(.enabled(if: mayBecomeOthers, "becoming another user for a thread takes root"))
  func `A reader of a file without a log notices when somebody begins to write`() throws {
    let folder = try IndexFolder()
    try folder.makeIndex(rows: 3)
    for ending in ["-wal", "-shm"] {
      try FileManager.default.removeItem(atPath: folder.file("catalog-1.sqlite" + ending))
    }
    let location = folder.location
    let reader = Box()
    _ = try asNobody { () throws(IndexError) in reader.index = try IndexFile.open(location, .reading) }
    #expect(reader.isCurrent() == true)
    let writer = try IndexFile.open(location, .writing)
    try writer.write { connection throws(SQLiteError) in try connection.execute("DELETE FROM problem") }
    #expect(reader.isCurrent() == false)
  }

  private final class Box {
    var index: IndexConnection?
    func isCurrent() -> Bool? {
      switch index {
      case .some(let index): index.isCurrent()
      case .none: nil
      }
    }
  }

  /// Runs `body` with the file access of a user who owns nothing; only this thread changes.
  private func asNobody<R>(_ body: () throws(IndexError) -> R) throws -> Result<R, IndexError>? {
    typealias SetUser = @convention(c) (UInt32) -> Int32
    let setUser = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: SetUser.self)
    _ = setUser(65534)
    defer { _ = setUser(0) }
    return Result { () throws(IndexError) in try body() }
  }
}
