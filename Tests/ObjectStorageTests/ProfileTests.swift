import Foundation
import Testing

@testable import ObjectStorage

/// A folder with files of settings, gone with the test.
final class SettingsFolder {
  let path: String

  init(_ files: [String: String]) throws {
    path = NSTemporaryDirectory() + "object-storage-tests-" + UUID().uuidString
    for (name, text) in files {
      let file = "\(path)/\(name)"
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite("A profile")
struct ProfileTests {
  private static let config = """
    # comment
    [default]
    region = eu-central-1
    s3 =
      addressing_style = path
      max_concurrent_requests = 20
    aws_access_key_id = CONFIGKEY
    aws_secret_access_key = configsecret
    aws_session_token = configtoken

    [profile team]
    region=us-west-2 ; comment
    endpoint_url = http://127.0.0.1:9000
    credential_process = /bin/echo "a # b"
    [profile   spaced  ]
    region = ap-south-1
    [profile local]
    services = here
    [services here]
    s3 =
      endpoint_url = http://127.0.0.1:9001
    [preview]
    x = y
    """
  private static let credentials = "[default]\naws_access_key_id=FILEKEY\naws_secret_access_key = file=secret==\n"

  @Test("is read from both files, the credentials' own first, and keys of one do not go with those of the other")
  func both() throws {
    let folder = try SettingsFolder([".aws/config": Self.config, ".aws/credentials": Self.credentials])
    let profile = try Profile(TestWorld(["HOME": folder.path]).environment)
    #expect(profile["aws_access_key_id"] == "FILEKEY")
    #expect(profile["aws_secret_access_key"] == "file=secret==")
    #expect(profile["aws_session_token"] == nil)
    #expect(profile["region"] == "eu-central-1")
    #expect(profile["s3.addressing_style"] == "path")
    #expect(profile["addressing_style"] == nil)
  }

  @Test("is the one that AWS_PROFILE names, in the files that the environment names")
  func named() throws {
    let folder = try SettingsFolder(["c": Self.config, "k": "[spaced]\naws_access_key_id=K\n"])
    func profile(_ name: String) throws -> Profile {
      let variables = [
        "AWS_PROFILE": name, "AWS_CONFIG_FILE": "\(folder.path)/c", "AWS_SHARED_CREDENTIALS_FILE": "~/k",
        "HOME": folder.path,
      ]
      return try Profile(TestWorld(variables).environment)
    }
    #expect(try profile("team")["region"] == "us-west-2")
    #expect(try profile("team")["endpoint_url"] == "http://127.0.0.1:9000")
    #expect(try profile("team")["aws_access_key_id"] == nil)
    #expect(try profile("local")["s3.endpoint_url"] == "http://127.0.0.1:9001")
    #expect(try profile("spaced")["region"] == "ap-south-1")
    #expect(try profile("spaced")["aws_access_key_id"] == "K")
    #expect {
      try profile("nobody")
    } throws: { ($0 as? ObjectError)?.code == .misconfigured && "\($0)".contains("nobody") }
  }

  @Test("need not exist, unless it was asked for")
  func missing() throws {
    #expect(try Profile(TestWorld(["HOME": "/nonexistent"]).environment)["region"] == nil)
    #expect(try Profile(TestWorld().environment)["region"] == nil)
    #expect(throws: ObjectError.self) {
      try Profile(TestWorld(["HOME": "/nonexistent", "AWS_PROFILE": "default"]).environment)
    }
  }

  @Test("that cannot be read is named")
  func unreadable() throws {
    let folder = try SettingsFolder([".aws/config/file": ""])
    #expect {
      try Profile(TestWorld(["HOME": folder.path]).environment)
    } throws: { "\($0)".contains(".aws/config") }
  }

  @Test("is none in a home that may not be entered, unless it was asked for")
  func foreignHome() throws {
    let folder = try SettingsFolder([".aws/config": "[default]\nregion = eu-west-1"])
    let file = "\(folder.path)/.aws/config"
    func region(_ variables: [String: String]) throws -> String? {
      try Profile(TestWorld(variables).environment)["region"]
    }
    #expect(try region(["HOME": folder.path]) == "eu-west-1")
    chmod("\(folder.path)/.aws", 0)
    defer { chmod("\(folder.path)/.aws", 0o700) }
    // Root may enter any: this thread looks at files as somebody else.
    typealias SetUser = @convention(c) (uid_t) -> Int32
    let setUser = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: SetUser.self)
    _ = setUser(65_534)
    defer { _ = setUser(geteuid()) }
    #expect(try region(["HOME": folder.path]) == nil)
    #expect(throws: ObjectError.self) { try region(["AWS_CONFIG_FILE": file]) }
    #expect(throws: ObjectError.self) { try region(["HOME": folder.path, "AWS_PROFILE": "default"]) }
    _ = setUser(geteuid())
    chmod("\(folder.path)/.aws", 0o755)
    chmod(file, 0)
    _ = setUser(65_534)
    #expect(throws: ObjectError.self) { try region(["HOME": folder.path]) }
  }
}
