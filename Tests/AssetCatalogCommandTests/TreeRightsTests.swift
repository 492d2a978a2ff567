import Foundation
import Glibc
import LinuxSystem
import Testing

@Suite("Rights in the tree, of several users", .enabled(if: UsersScratch.isWanted, UsersScratch.reason))
struct TreeRightsTests {
  private let scratch: UsersScratch
  private let owner = UsersScratch.User(id: 1001, group: 1001)

  init() throws {
    scratch = try UsersScratch()
  }

  private func record(_ user: UsersScratch.User, _ run: String, status: Int32 = 0) throws -> String {
    try scratch.run(user, "record", "success", "--name", "n", "--id", "a", "--run", run, status: status).errors
  }

  @Test("A record by root takes no file away from its owner, and makes none that is not his")
  func root() throws {
    scratch.give(1001, 1001, mode: 0o755)
    #expect(try record(owner, "r1") == "")
    let manifest = scratch.assetFile("manifest.json")
    chmod(manifest, 0o640)
    #expect(try record(.root, "r1") == "")
    #expect(try record(UsersScratch.User(id: 0, group: 0, umask: "077"), "r2") == "")
    #expect(scratch.rights(manifest) == "1001:1001 640")
    #expect(scratch.rights(scratch.assetFile("asset_run_id=r1/metadata.json")) == "1001:1001 644")
    #expect(scratch.rights(scratch.assetFile("asset_run_id=r2")) == "1001:1001 755")
    #expect(scratch.rights(scratch.assetFile("asset_run_id=r2/metadata.json")) == "1001:1001 644")
    try scratch.run(.root, "record", "success", "--name", "new", "--id", "a", "--run", "r")
    for path in ["", "/asset_id=a", "/asset_id=a/asset_run_id=r"] {
      #expect(scratch.rights(scratch.metadata + "/asset_name=new" + path) == "1001:1001 755")
    }
    #expect(try record(owner, "r3") == "")
    #expect(try record(owner, "r2") == "")
  }

  @Test("Members of a group that shares the tree go on with each other's files, whatever their umask is")
  func group() throws {
    scratch.give(1001, 3000, mode: 0o2775)
    let members = [
      UsersScratch.User(id: 1001, group: 1001, shared: 3000, umask: "022"),
      UsersScratch.User(id: 1002, group: 1002, shared: 3000, umask: "002"),
      UsersScratch.User(id: 1003, group: 1003, shared: 3000, umask: "077"), .root,
    ]
    for round in 0..<2 {
      for (number, member) in members.enumerated() {
        #expect(try record(member, "r\((number + round) % members.count)") == "", "\(member)")
        #expect(scratch.rights(scratch.assetFile("manifest.json")).hasSuffix(":3000 664"))
      }
    }
    for run in 0..<members.count {
      // What the umask takes from others is no matter of the group.
      #expect(scratch.rights(scratch.assetFile("asset_run_id=r\(run)")).contains(":3000 277"))
      #expect(scratch.rights(scratch.assetFile("asset_run_id=r\(run)/metadata.json")).contains(":3000 66"))
    }
  }

  @Test("Who may write the folder but not the file is refused, as mad_prefect is, and the file stays its owner's")
  func notTheirs() throws {
    scratch.give(1001, 3000, mode: 0o2775)
    #expect(try record(UsersScratch.User(id: 1001, group: 1001, shared: 3000), "r1") == "")
    let manifest = scratch.assetFile("manifest.json")
    chmod(manifest, 0o644)
    let before = try Data(contentsOf: URL(filePath: manifest))
    let refusal = try record(UsersScratch.User(id: 1002, group: 1002, shared: 3000), "r2", status: 73)
    #expect(refusal.contains(manifest))
    #expect(try Data(contentsOf: URL(filePath: manifest)) == before)
    #expect(scratch.rights(manifest) == "1001:3000 644")
    #expect(scratch.rights(scratch.assetFile("asset_run_id=r2")) == "none")
  }

  @Test("Who may not write is told what he was at, and by whom it can be done", arguments: ["prune", "repair"])
  func notAllowed(command: String) throws {
    scratch.give(1001, 1001, mode: 0o755)
    for run in ["r1", "r2", "r3"] { #expect(try record(owner, run) == "") }
    if command == "repair" { try FileManager.default.removeItem(atPath: scratch.assetFile("manifest.json")) }
    let stranger = UsersScratch.User(id: 1002, group: 1002)
    let words = command == "prune" ? ["prune", "--keep-last", "1", "--delete"] : ["repair"]
    let refusal = try scratch.run(stranger, words, status: 73).errors
    #expect(refusal.contains("permission denied; \(command) as a user who may write there"), "\(refusal)")
    #expect(!refusal.contains("record as"))
  }

  /// An access control list: owner rw, user 1002 rw, owning group nothing, others nothing; the mask is rw.
  static let accessList = accessList([(1, 6, .max), (2, 6, 1002), (4, 0, .max), (16, 6, .max), (32, 0, .max)])

  /// A list as the kernel stores it, of entries that consist of a tag, rights and an id.
  static func accessList(_ entries: [(tag: UInt32, rights: UInt32, id: UInt32)]) -> [UInt8] {
    var bytes: [UInt8] = [2, 0, 0, 0]
    for entry in entries {
      for part in [entry.tag | entry.rights << 16, entry.id] {
        withUnsafeBytes(of: part.littleEndian) { bytes += $0 }
      }
    }
    return bytes
  }

  @Test("An access control list stays, and its mask becomes no right of the group", arguments: [1001, 0] as [UInt32])
  func accessControl(recorder: UInt32) throws {
    scratch.give(1001, 1001, mode: 0o755)
    #expect(try record(owner, "r1") == "")
    let manifest = scratch.assetFile("manifest.json")
    let rights = FileRights(owner: 1001, group: 1001, mode: 0o660, accessList: Self.accessList)
    let descriptor = open(manifest, O_WRONLY | O_CLOEXEC)
    rights.give(to: descriptor)
    try #require(FileRights.of(descriptor) == rights, "the file system has no access control lists")
    close(descriptor)
    #expect(try record(recorder == 0 ? .root : owner, "r2") == "")
    #expect(FileRights.ofFile(manifest, in: AT_FDCWD) == rights)
    #expect(try scratch.reads(UsersScratch.User(id: 1002, group: 1002), manifest))
    #expect(try !scratch.reads(UsersScratch.User(id: 1003, group: 1001), manifest))
  }
}
