import Foundation
import Synchronization
import Testing

@testable import ObjectStorage

/// A server for TLS with a certificate of its own, for 127.0.0.1 alone.
private final class SecureServer {
  static let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first(where: FileManager.default.isExecutableFile)

  let folder: SettingsFolder
  let port: String
  private let process = Process()

  var certificate: String { "\(folder.path)/certificate.pem" }

  init() throws {
    folder = try SettingsFolder(["empty": ""])
    let openssl = try #require(Self.openssl)
    let maker = Process()
    maker.executableURL = URL(fileURLWithPath: openssl)
    maker.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
      "/CN=test",
      "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(folder.path)/key.pem", "-out",
      "\(folder.path)/certificate.pem",
    ]
    maker.standardError = FileHandle.nullDevice
    try maker.run()
    maker.waitUntilExit()
    process.executableURL = maker.executableURL
    // It answers every request with a page about the connection.
    process.arguments = [
      "s_server", "-accept", "127.0.0.1:0", "-www", "-key", "\(folder.path)/key.pem", "-cert",
      "\(folder.path)/certificate.pem",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = Pipe()
    try process.run()
    var text = ""
    while !text.contains("ACCEPT") || !text.hasSuffix("\n") {
      let part = output.fileHandleForReading.availableData
      guard !part.isEmpty else { break }
      text += String(decoding: part, as: UTF8.self)
    }
    port = String(
      text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("ACCEPT") }?.split(separator: ":").last ?? "0")
  }

  deinit {
    // TERM is blocked in threads of the tests, and their children inherit that.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

@Suite("A certificate", .enabled(if: SecureServer.openssl != nil), .timeLimit(.minutes(1)))
struct CertificateTests {
  private func fault(_ variables: [String: String]) -> ObjectError? {
    let keys = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
    do {
      let bucket = try S3Bucket(
        BucketLocation("s3://bucket"), environment: TestWorld(keys.merging(variables) { $1 }).environment)
      _ = try bucket.get("a".bytes, atMost: 10)
      return nil
    } catch {
      return error
    }
  }

  @Test("is trusted only where AWS_CA_BUNDLE or the system says so, and for its own host")
  func trust() throws {
    let server = try SecureServer()
    let url = "https://127.0.0.1:\(server.port)"
    let stranger = fault(["AWS_ENDPOINT_URL": url])
    #expect(stranger?.code == .untrusted)
    #expect(stranger?.message.contains("AWS_CA_BUNDLE") == true)
    // Trusted, and then no S3.
    #expect(fault(["AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": server.certificate])?.code == .malformed)
    #expect(
      fault(["AWS_ENDPOINT_URL": "https://localhost:\(server.port)", "AWS_CA_BUNDLE": server.certificate])?.code
        == .untrusted)
    #expect(fault(["AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": "\(server.folder.path)/nothing"])?.code == .untrusted)
    #expect(fault(["AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": "\(server.folder.path)/empty"])?.code == .untrusted)
  }
}
