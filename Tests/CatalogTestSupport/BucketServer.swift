internal import Foundation
internal import ObjectStorage
internal import Synchronization

/// A bucket over HTTP on this host, as far as one that is only read needs it: what an ``ObjectShelf`` holds, below a
/// root. Signatures are not looked at.
package final class BucketServer: Sendable {
  package typealias Trouble = @Sendable (LocalServer.Request) -> LocalServer.Answer?

  /// What is answered instead of the truth.
  private final class Desk: Sendable {
    let trouble = Mutex<Trouble> { _ in nil }
  }

  package let shelf: ObjectShelf
  package let server: LocalServer
  private let desk: Desk

  /// - Parameters:
  ///   - bucket: its name.
  ///   - root: what all keys of the shelf lie below, without slashes at its ends.
  package init(_ shelf: ObjectShelf, bucket: String = "bucket", root: String = "lake") throws {
    self.shelf = shelf
    let desk = Desk()
    self.desk = desk
    server = try LocalServer { request in
      if let answer = desk.trouble.withLock({ $0 })(request) { return answer }
      return Self.answer(request, shelf, path: "/\(bucket)/", prefix: Array("\(root)/".utf8))
    }
  }

  deinit { server.stop() }

  package func setTrouble(_ trouble: @escaping Trouble) { desk.trouble.withLock { $0 = trouble } }

  /// Whether objects are listed, instead of one being asked for.
  package static func isListing(_ request: LocalServer.Request) -> Bool { request.target.contains("list-type=2") }

  private static func answer(
    _ request: LocalServer.Request, _ shelf: ObjectShelf, path: String, prefix: [UInt8]
  ) -> LocalServer.Answer {
    let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let here = decode(String(parts[0]))
    if isListing(request) {
      guard here == Array(path.utf8.dropLast()) else { return .error(404, "NoSuchBucket") }
      return list(shelf, parameters(String(parts[1])), prefix)
    }
    guard here.starts(with: path.utf8) else { return .error(404, "NoSuchBucket") }
    let key = Array(here.dropFirst(path.utf8.count))
    guard key.starts(with: prefix), let object = try? shelf.get(Array(key.dropFirst(prefix.count)), atMost: .max) else {
      return .error(404, "NoSuchKey")
    }
    let headers = [
      "etag": "\"\(String(decoding: object.facts.version.bytes, as: UTF8.self))\"",
      "last-modified": "Mon, 21 Sep 2026 14:13:20 GMT",
    ]
    return .whole(200, headers, body: object.bytes)
  }

  private static func list(
    _ shelf: ObjectShelf, _ parameters: [String: [UInt8]], _ prefix: [UInt8]
  ) -> LocalServer.Answer {
    let whole = parameters["prefix"] ?? []
    let start = parameters["continuation-token"].map { ListStart.token($0) } ?? .beginning
    guard whole.starts(with: prefix), let page = try? shelf.list(Array(whole.dropFirst(prefix.count)), from: start)
    else { return .error(400, "InvalidArgument") }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><EncodingType>url</EncodingType>"
    text += "<IsTruncated>\(page.next != nil)</IsTruncated>"
    if let next = page.next {
      text += "<NextContinuationToken>\(String(decoding: next, as: UTF8.self))</NextContinuationToken>"
    }
    for object in page.objects {
      text += "<Contents><Key>\(encode(prefix + object.key))</Key><LastModified>2026-09-21T14:13:20.000Z</LastModified>"
      text += "<ETag>&quot;\(String(decoding: object.version.bytes, as: UTF8.self))&quot;</ETag>"
      text += "<Size>\(object.size)</Size></Contents>"
    }
    return .text(200, ["content-type": "application/xml"], text + "</ListBucketResult>")
  }

  private static func parameters(_ query: String) -> [String: [UInt8]] {
    var parameters: [String: [UInt8]] = [:]
    for part in query.split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      parameters[String(pair[0])] = pair.count > 1 ? decode(String(pair[1])) : []
    }
    return parameters
  }

  private static func decode(_ text: String) -> [UInt8] {
    var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }

  private static func encode(_ key: [UInt8]) -> String {
    key.map { byte in
      let isPlain = byte < 0x80 && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
      let digits = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }
}
