/// What tests and benchmarks need to have a store of their own. The catalog makes no bucket and removes no object.
extension S3Bucket {
  /// Makes the bucket; that it is there already is no error.
  package func makeBucket() throws(ObjectError) {
    var request = request(.put, [], .write)
    request.key = nil
    let response = try exchange(request)
    guard response.status == 200 || response.status == 409 else { throw refusal(response, request) }
  }

  /// Removes an object; that there is none is no error.
  package func remove(_ key: [UInt8]) throws(ObjectError) {
    let request = request(.delete, key, .write)
    let response = try exchange(request)
    guard [200, 204, 404].contains(response.status) else { throw refusal(response, request) }
  }
}
