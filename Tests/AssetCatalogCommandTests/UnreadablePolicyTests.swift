import CatalogTestSupport
import Foundation
import Glibc
import ObjectStorage
import Testing

/// A policy file that is there and cannot be read: an answer without it would be one under other rules.
@Suite("A policy file that cannot be read", .timeLimit(.minutes(5)))
struct UnreadablePolicyTests {
  /// Every question that is asked under a policy.
  private static let questions = [
    ["stale"], ["status"], ["freshness"], ["due"], ["slow"], ["slo"], ["report"],
    ["policy", "explain", "gold"],
  ]

  /// How it looks in a folder.
  enum Place: String, CaseIterable {
    case folder = "is a directory"
    case brokenLink = "no such file or directory"
    case circle = "too many levels of symbolic links"
    case pipe = "it is a FIFO"
    case socket = "no such device or address"
    case badDisk = "input/output error"
    case large = "it is larger than 4 MiB"

    func make(at path: String) throws {
      switch self {
      case .folder: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      case .brokenLink: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "mounted/no/more")
      case .circle: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
      case .pipe: try #require(mkfifo(path, 0o600) == 0)
      case .socket: try Self.bindSocket(at: path)
      // Of which the first page can be had by nobody.
      case .badDisk: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/proc/self/mem")
      case .large: try Data(repeating: UInt8(ascii: "#"), count: 5 << 20).write(to: URL(filePath: path))
      }
    }

    private static func bindSocket(at path: String) throws {
      // The path of a socket is short.
      let short = "/tmp/\(UUID().uuidString.prefix(8))"
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: short.utf8) }
      let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      let size = socklen_t(MemoryLayout<sockaddr_un>.size)
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, size) }
      }
      try #require(bound == 0)
      try #require(rename(short, path) == 0)
    }
  }

  private func check(
    _ run: CommandRun, _ question: [String], status: Int32, path: String, reason: String, remedies: [String]
  ) {
    #expect(run.status == status, "\(question): \(run.errors)")
    #expect(run.output.isEmpty)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 1, "\(run.errors)")
    #expect(lines.first?.contains(path) == true, "\(run.errors)")
    #expect(lines.first?.contains(reason) == true, "\(run.errors)")
    for remedy in remedies { #expect(lines.first?.contains(remedy) == true, "\(run.errors)") }
  }

  @Test("is named in one sentence with the ways out, by every question", arguments: Place.allCases)
  func local(_ place: Place) throws {
    for name in ["freshness.yaml", "freshness.json"] {
      let scratch = try CommandScratch(.copy)
      let path = scratch.root.appending(path: name).path
      try place.make(at: path)
      let root = ["--root", scratch.root.path, "--now", CommandScratch.now]
      for question in Self.questions {
        let run = try scratch.run(question + root)
        check(run, question, status: 65, path: path, reason: place.rawValue, remedies: ["; name ", "--no-policy"])
      }
      let check = try scratch.run(["policy", "check"] + root)
      self.check(check, ["policy", "check"], status: 65, path: path, reason: place.rawValue, remedies: ["; name "])
      #expect(!check.errors.contains("--no-policy"))
      // The way out is one.
      #expect(try scratch.run(["stale", "--no-policy"] + root).status == 1)
    }
  }

  @Test("that is named may be a pipe, and is not to be done without")
  func named() throws {
    let scratch = try CommandScratch()
    let script = "printf 'max_age: 1s\\n' | \"$0\" stale --root \"$1\" --now \"$2\" --policy /dev/stdin"
    let words = try ["-c", script, CommandScratch.program(), scratch.root.path, CommandScratch.now]
    #expect(try scratch.run(words, program: "/bin/sh").status == 1)
    let missing = try scratch.run(["stale", "--root", scratch.root.path, "--policy", "none.yaml"])
    check(missing, ["stale"], status: 65, path: "none.yaml", reason: "no such file", remedies: ["name a readable file"])
    #expect(!missing.errors.contains("--no-policy"))
    let variable = try scratch.run(
      ["stale", "--root", scratch.root.path], environment: ["ASSET_CATALOG_POLICY": "none.yaml"])
    check(variable, ["stale"], status: 65, path: "none.yaml", reason: "no such file", remedies: ["--no-policy"])
  }

  @Test("for want of rights is no missing one", .enabled(if: UsersScratch.isWanted, UsersScratch.reason))
  func denied() throws {
    let scratch = try UsersScratch()
    let path = scratch.root + "/freshness.yaml"
    try Data("max_age: 1h\n".utf8).write(to: URL(filePath: path))
    chmod(path, 0o600)
    let (output, errors) = try scratch.run(UsersScratch.User(id: 12_345, group: 12_345), "stale", status: 65)
    let run = CommandRun(status: 65, output: output, errors: errors)
    check(run, ["stale"], status: 65, path: path, reason: "permission denied", remedies: ["--no-policy"])
  }

  // MARK: In a bucket

  /// What the store says of it.
  enum Answer: String, CaseIterable {
    case denied = "AccessDenied"
    case broken = "InternalError"
    case cut = "connection broke"
    case noStore = "does not answer as S3 does"
    case redirected = "refers to another address"
    case large = "larger than 4 MiB"

    var status: Int32 {
      switch self {
      case .large: 65
      // A wrong endpoint, or region.
      case .redirected: 66
      default: 74
      }
    }

    var answer: LocalServer.Answer {
      let head = ["etag": "\"e\"", "last-modified": "Mon, 21 Sep 2026 14:13:20 GMT"]
      return switch self {
      case .denied: .error(403, "AccessDenied")
      case .broken: .error(500, "InternalError")
      case .cut: .cut(200, head, body: [1], promised: 100)
      case .noStore: .text(200, [:], "<html>sign in</html>")
      case .redirected: .text(302, ["location": "http://127.0.0.1:1/"], "")
      case .large: .whole(200, head, body: [UInt8](repeating: UInt8(ascii: "#"), count: 5 << 20))
      }
    }
  }

  @Test("is named in one sentence with the ways out, in a bucket too", arguments: Answer.allCases)
  func bucket(_ answer: Answer) throws {
    let scene = try BucketCommandTests.Scene()
    let name = answer == .denied ? "freshness.json" : "freshness.yaml"
    scene.bucket.setTrouble { $0.path.hasSuffix(name) ? answer.answer : nil }
    let path = "\(scene.root)/\(name)"
    for question in answer == .denied ? Self.questions : [["stale"]] {
      let run = try scene.run(question)
      check(
        run, question, status: answer.status, path: path, reason: answer.rawValue,
        remedies: ["--no-policy"])
    }
    let check = try scene.run(["policy", "check"])
    #expect(check.errors.contains(path) && !check.errors.contains("--no-policy"), "\(check.errors)")
    #expect(try scene.run(["stale", "--no-policy"]).status == 1)
  }

  @Test(
    "is no folder of that name in a real store, where folders are no more than keys",
    .enabled(if: RealBucket.endpoint != nil))
  func folderInBucket() throws {
    let scratch = try RealBucketScratch()
    try scratch.run(["record", "success", "--name", "a", "--id", "1", "--run", "r"])
    for key in ["freshness.yaml/notes", "freshness.json/"] {
      _ = try RealBucket.open(scratch.root).put(Array(key.utf8), [], if: .always)
    }
    #expect(try scratch.run(["stale", "--format", "csv"]).output.split(separator: "\r\n").count == 1)
  }

  @Test("since there are no credentials is not what the sentence is about")
  func noCredentials() throws {
    let scene = try BucketCommandTests.Scene()
    var environment = scene.environment
    environment["AWS_ACCESS_KEY_ID"] = nil
    environment["AWS_SECRET_ACCESS_KEY"] = nil
    let run = try scene.scratch.run(["stale", "--root", scene.root], environment: environment)
    #expect(run.status == 74)
    #expect(run.errors.contains("No credentials were found"))
  }

  // MARK: What can be read and is no policy

  @Test("since it is no text is named with what to do, wherever it is")
  func noText() throws {
    let bytes: [UInt8] = [0x6D, 0xFF, 0xFE]
    let scratch = try CommandScratch(.copy)
    let path = scratch.root.appending(path: "freshness.yaml").path
    try Data(bytes).write(to: URL(filePath: path))
    let local = try scratch.run(["stale", "--root", scratch.root.path])
    check(local, ["stale"], status: 65, path: "\(path):1:1:", reason: "not UTF-8", remedies: ["save the file as UTF-8"])
    let scene = try BucketCommandTests.Scene()
    scene.bucket.shelf.put(bytes, at: Array("freshness.yaml".utf8))
    let run = try scene.run(["stale"])
    check(
      run, ["stale"], status: 65, path: "\(scene.root)/freshness.yaml:1:1:", reason: "not UTF-8",
      remedies: ["save the file as UTF-8"])
  }
}
