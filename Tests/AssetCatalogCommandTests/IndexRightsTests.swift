import Foundation
import Glibc
import Testing

@Suite("Rights of the index, of several users", .enabled(if: UsersScratch.isWanted, UsersScratch.reason))
struct IndexRightsTests {
  private let scratch: UsersScratch
  private let owner = UsersScratch.User(id: 1001, group: 1001, shared: 3000)
  private let stranger = UsersScratch.User(id: 1009, group: 1009)

  init() throws {
    scratch = try UsersScratch()
  }

  private func ask(_ user: UsersScratch.User) throws -> String {
    let answer = try scratch.run(user, "list", "--format", "csv")
    #expect(answer.errors == "")
    return answer.output
  }

  private func record(_ user: UsersScratch.User, _ run: String, isQuiet: Bool = true) throws {
    let answer = try scratch.run(user, "record", "success", "--name", "n", "--id", "a", "--run", run)
    if isQuiet { #expect(answer.errors == "", "\(user)") }
  }

  @Test(
    "Members of a group share one index, whoever asks first and whatever the umasks are",
    arguments: [("002", "002"), ("002", "022"), ("022", "002"), ("022", "022"), ("077", "002")], [false, true])
  func group(umasks: (first: String, second: String), isRootFirst: Bool) throws {
    scratch.give(1001, 3000, mode: 0o2775)
    let first = UsersScratch.User(id: 1001, group: 1001, shared: 3000, umask: umasks.first)
    let second = UsersScratch.User(id: 1002, group: 1002, shared: 3000, umask: umasks.second)
    let users = isRootFirst ? [.root, second, first] : [first, second, .root]
    for (round, user) in (users + users).enumerated() {
      try record(user, "r\(round)")
      #expect(try ask(user).contains("n,a,"))
    }
    for user in users {
      #expect(!FileManager.default.fileExists(atPath: scratch.folder + "/home-\(user.id)/.cache"), "\(user)")
    }
    let rights = scratch.indexRights()
    for name in ["catalog-1.sqlite", "catalog-1.sqlite-wal", "catalog-1.sqlite-shm"] {
      #expect(rights[name]?.hasSuffix(":3000 664") == true || rights[name]?.hasSuffix(":3000 660") == true, "\(rights)")
    }
    for name in ["catalog.lock", "catalog.gate"] { #expect(rights[name]?.hasSuffix(":3000 660") == true, "\(rights)") }
  }

  @Test("What root makes belongs to the owner of the folder, a new file in the place of a damaged one too")
  func root() throws {
    scratch.give(1001, 1001, mode: 0o755)
    try record(owner, "r")
    #expect(try ask(.root).contains("n,a,"))
    #expect(scratch.rights(scratch.index) == "1001:1001 755")
    for (name, rights) in scratch.indexRights() { #expect(rights.hasPrefix("1001:1001 "), "\(name)") }
    #expect(try ask(owner).contains("n,a,"))
    try Data("damaged".utf8).write(to: URL(filePath: scratch.index + "/catalog-1.sqlite"))
    #expect(try scratch.run(.root, "list").errors.contains("replaced"))
    let new = scratch.indexRights().filter { $0.key.contains("-2") }
    #expect(new["catalog-2.sqlite"] != nil)
    for (name, rights) in new { #expect(rights == "1001:1001 644", "\(name)") }
    #expect(try ask(owner).contains("n,a,"))
    try record(owner, "r2")
  }

  @Test("Who may not write the index has one of his own, that nobody else reads, and cannot hold up the others")
  func privateIndex() throws {
    scratch.give(1001, 1001, mode: 0o755)
    try record(owner, "r")
    #expect(try ask(owner).contains("n,a,"))
    #expect(try ask(stranger).contains("n,a,"))
    let cache = scratch.folder + "/home-1009/.cache/asset-catalog"
    #expect(scratch.rights(cache) == "1009:1009 700")
    for name in ["catalog.lock", "catalog.gate"] {
      #expect(try !scratch.reads(stranger, scratch.index + "/" + name), "\(name)")
    }
    // Of a program that made its locks for everybody.
    chmod(scratch.index + "/catalog.lock", 0o644)
    #expect(try ask(owner).contains("n,a,"))
    #expect(try !scratch.reads(stranger, scratch.index + "/catalog.lock"))
  }

  @Test("Users who share a tree by an access control list, and no group, share the index and each other's files")
  func accessControlList() throws {
    scratch.give(1001, 1001, mode: 0o755)
    // The owner and both users rwx, owning group and others r-x; the mask is rwx.
    let list = TreeRightsTests.accessList([
      (1, 7, .max), (2, 7, 1001), (2, 7, 1002), (4, 5, .max), (16, 7, .max), (32, 5, .max),
    ])
    typealias SetAttribute =
      @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, Int32) ->
      Int32
    let setAttribute = unsafeBitCast(try #require(dlsym(nil, "setxattr")), to: SetAttribute.self)
    for name in ["system.posix_acl_access", "system.posix_acl_default"] {
      try #require(setAttribute(scratch.metadata, name, list, list.count, 0) == 0, "there are no such lists here")
    }
    let second = UsersScratch.User(id: 1002, group: 1002)
    for round in 0..<2 {
      for (number, user) in [owner, second].enumerated() {
        try record(user, "r\((number + round) % 2)")
        #expect(try ask(user).contains("n,a,"))
        // mad_prefect opens it for writing, whoever it runs as.
        for user in [owner, second] { #expect(try scratch.writes(user, scratch.assetFile("manifest.json")), "\(user)") }
      }
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.folder + "/home-1002/.cache"))
    #expect(try !scratch.writes(stranger, scratch.assetFile("manifest.json")))
    #expect(try scratch.reads(stranger, scratch.index + "/catalog-1.sqlite"))
    #expect(try !scratch.reads(stranger, scratch.index + "/catalog.lock"))
  }

  @Test("A question that is not to write is answered from the index of the tree, if there is no other")
  func asItIs() throws {
    scratch.give(1001, 1001, mode: 0o755)
    try record(owner, "r")
    #expect(try ask(owner).contains("n,a,"))
    #expect(try scratch.run(stranger, "list", "--no-reconcile", "--format", "csv").output.contains("n,a,"))
    // Where there is no place for an index of his own either, a question is answered all the same, and says so.
    let index = scratch.folder + "/shared.sqlite"
    chmod(scratch.folder, 0o777)
    try scratch.run(owner, "list", "--index", index)
    let answer = try scratch.run(stranger, "list", "--index", index, "--format", "csv")
    #expect(answer.output.contains("n,a,"))
    #expect(answer.errors.contains("The answer is from the index as it is"))
  }

  @Test("A folder that a group may write, but an index that one member made for himself: the other has one of his own")
  func selfishMember() throws {
    scratch.give(1001, 3000, mode: 0o2775)
    #expect(try ask(owner) != "")
    for name in try FileManager.default.contentsOfDirectory(atPath: scratch.index) {
      chmod(scratch.index + "/" + name, 0o644)
    }
    let second = UsersScratch.User(id: 1002, group: 1002, shared: 3000)
    try record(second, "r")
    #expect(try ask(second).contains("n,a,"))
    #expect(FileManager.default.fileExists(atPath: scratch.folder + "/home-1002/.cache/asset-catalog"))
    #expect(try ask(owner).contains("n,a,"))
  }

  @Test(
    "Nobody reads in the index what the metadata folder does not let him read",
    arguments: [(0o700, "600"), (0o750, "640"), (0o710, "600"), (0o711, "600"), (0o755, "644")] as [(mode_t, String)])
  func confidential(mode: mode_t, expected: String) throws {
    scratch.give(1001, 1001, mode: mode)
    #expect(try ask(UsersScratch.User(id: 1001, group: 1001, umask: "000")) != "")
    let rights = scratch.indexRights()
    let isOpen = mode == 0o755 ? "666" : mode == 0o750 ? "660" : "600"
    #expect(rights["catalog-1.sqlite"] == "1001:1001 \(isOpen)", "\(rights)")
    try FileManager.default.removeItem(atPath: scratch.index)
    #expect(try ask(UsersScratch.User(id: 1001, group: 1001)) != "")
    #expect(scratch.indexRights()["catalog-1.sqlite"] == "1001:1001 \(expected)")
    #expect(scratch.indexRights()["catalog-1.sqlite-wal"] == "1001:1001 \(expected)")
    // An explicit place is no wider.
    let elsewhere = scratch.folder + "/elsewhere"
    mkdir(elsewhere, 0o755)
    chown(elsewhere, 1001, 1001)
    chmod(elsewhere, 0o755)
    try scratch.run(UsersScratch.User(id: 1001, group: 1001), "list", "--index", elsewhere + "/i.sqlite")
    #expect(scratch.rights(elsewhere + "/i-1.sqlite") == "1001:1001 \(expected)")
  }

  @Test("A folder of the index that is a link is followed if it is of the tree's owner, and not if a stranger made it")
  func link() throws {
    scratch.give(1001, 3000, mode: 0o2777)
    let fast = scratch.folder + "/fast"
    mkdir(fast, 0o755)
    chown(fast, 1001, 3000)
    symlink(fast, scratch.index)
    lchown(scratch.index, 1001, 3000)
    try record(owner, "r")
    #expect(try ask(owner).contains("n,a,"))
    #expect(FileManager.default.fileExists(atPath: fast + "/catalog-1.sqlite"))
    let before = try FileManager.default.contentsOfDirectory(atPath: fast).sorted()
    lchown(scratch.index, 1009, 1009)
    #expect(try scratch.run(owner, "list", status: 65).errors.contains(scratch.index))
    #expect(try FileManager.default.contentsOfDirectory(atPath: fast).sorted() == before)
    try scratch.run(owner, "record", "success", "--name", "n", "--id", "a", "--run", "r2")
  }

  /// Makes one asset whose files and folders have these rights.
  private func asset(_ name: String, _ folder: mode_t, _ file: mode_t, group: UInt32 = 1001) throws {
    let path = scratch.metadata + "/asset_name=\(name)/asset_id=a"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Data(#"{"asset_name": "\#(name)", "asset_id": "a", "last_error": "secret"}"#.utf8)
      .write(to: URL(filePath: path + "/manifest.json"))
    for (path, mode) in [
      (scratch.metadata + "/asset_name=\(name)", folder), (path, folder), (path + "/manifest.json", file),
    ] {
      chown(path, 1001, group)
      chmod(path, mode)
    }
  }

  @Test(
    "Nobody reads in the index what a file or folder of an asset does not let him read",
    arguments: [
      (0o755, 0o644, "644"), (0o755, 0o600, "600"), (0o755, 0o640, "640"), (0o700, 0o644, "600"), (0o750, 0o644, "640"),
      (0o711, 0o644, "600"),
    ] as [(mode_t, mode_t, String)])
  func confidentialFile(folder: mode_t, file: mode_t, expected: String) throws {
    scratch.give(1001, 1001, mode: 0o755)
    try asset("open", 0o755, 0o644)
    try asset("n", folder, file)
    #expect(try ask(owner).contains("n,a,"))
    func expectRights() throws {
      for name in ["catalog-1.sqlite", "catalog-1.sqlite-wal", "catalog-1.sqlite-shm"] {
        #expect(scratch.indexRights()[name] == "1001:1001 \(expected)", "\(name)")
      }
      #expect(try scratch.reads(stranger, scratch.index + "/catalog-1.sqlite") == (expected == "644"))
    }
    try expectRights()
    // Of an index that is there and was made for more.
    try FileManager.default.removeItem(atPath: scratch.index)
    chmod(scratch.assetFile("manifest.json"), 0o644)
    for path in ["", "/asset_id=a"] { chmod(scratch.metadata + "/asset_name=n" + path, 0o755) }
    #expect(try ask(owner) != "")
    #expect(scratch.indexRights()["catalog-1.sqlite"] == "1001:1001 644")
    chmod(scratch.assetFile("manifest.json"), file)
    for path in ["", "/asset_id=a"] { chmod(scratch.metadata + "/asset_name=n" + path, folder) }
    let errors = try scratch.run(owner, "list").errors
    #expect(errors.contains("could be read by more users") == (expected != "644"), "\(errors)")
    try expectRights()
    #expect(try scratch.run(owner, "rebuild").errors == "")
    try expectRights()
  }

  @Test("A record whose files only the owner may read takes the index back to him, at once and when it is rebuilt")
  func confidentialRecord() throws {
    scratch.give(1001, 1001, mode: 0o755)
    try record(owner, "r1")
    #expect(try ask(owner).contains("n,a,"))
    #expect(try scratch.reads(stranger, scratch.index + "/catalog-1.sqlite"))
    let careful = UsersScratch.User(id: 1001, group: 1001, umask: "077")
    try record(careful, "r2")
    #expect(try !scratch.reads(stranger, scratch.index + "/catalog-1.sqlite"))
    #expect(try !scratch.reads(stranger, scratch.index + "/catalog-1.sqlite-wal"))
  }

  @Test(
    "What is in the place of the index's folder and is none is named, and nothing is written through it",
    arguments: ["a link to nothing", "a link to a file", "a file", "a FIFO", "a link of a stranger to nothing"])
  func strangeFolder(what: String) throws {
    scratch.give(1001, 3000, mode: 0o2777)
    let elsewhere = scratch.folder + "/elsewhere"
    switch what {
    case "a link to nothing": symlink(elsewhere, scratch.index)
    case "a link of a stranger to nothing":
      symlink(elsewhere, scratch.index)
      lchown(scratch.index, 1009, 1009)
    case "a link to a file":
      try Data("mine".utf8).write(to: URL(filePath: elsewhere))
      symlink(elsewhere, scratch.index)
    case "a file": try Data("mine".utf8).write(to: URL(filePath: scratch.index))
    default: mkfifo(scratch.index, 0o644)
    }
    let run = try scratch.run(owner, "list", status: nil)
    #expect(run.errors.contains(scratch.index) || run.errors.isEmpty, "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count <= 1)
    if what.hasSuffix("file") {
      let kept = what == "a file" ? scratch.index : elsewhere
      #expect(try String(contentsOfFile: kept, encoding: .utf8) == "mine")
    } else {
      #expect(!FileManager.default.fileExists(atPath: elsewhere))
    }
    try record(owner, "r", isQuiet: false)
  }
}
