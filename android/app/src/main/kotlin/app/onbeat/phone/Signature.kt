package app.onbeat.phone

/** Bytes of a number of P-256. */
private const val NUMBER_BYTES = 32

/**
 * r and s of an ECDSA signature over P-256 as 64 bytes, as core wants them, of the DER that Android's keystore writes:
 * `30 len 02 len r 02 len s` (RFC 3279, 2.2.3).
 *
 * @throws IllegalArgumentException for what is no such signature.
 */
fun rawSignature(der: ByteArray): ByteArray {
    require(der.size > 2 && der[0] == 0x30.toByte() && der[1].toInt() == der.size - 2) { "no signature in DER" }
    val (r, next) = number(der, 2)
    val (s, end) = number(der, next)
    require(end == der.size) { "bytes after the signature" }
    return r + s
}

/** The point of a public key of P-256: 65 bytes, with which its X.509 form ends (RFC 5480). */
fun publicPoint(x509: ByteArray): ByteArray {
    val point = x509.takeLast(2 * NUMBER_BYTES + 1).toByteArray()
    require(point.size == 2 * NUMBER_BYTES + 1 && point[0].toInt() == 4) { "no public key of P-256" }
    return point
}

/** The number at a place, and where the next one begins. */
private fun number(
    der: ByteArray,
    at: Int,
): Pair<ByteArray, Int> {
    require(at + 2 <= der.size && der[at].toInt() == 2) { "no number in the signature" }
    val end = at + 2 + der[at + 1]
    require(end in at + 3..der.size) { "a number of the signature is cut" }
    // A zero before a first bit that is set keeps the number positive; zeros in front are left out.
    val bytes = der.copyOfRange(at + 2, end).dropWhile { it.toInt() == 0 }
    require(bytes.size <= NUMBER_BYTES) { "a number of the signature is too long" }
    return ByteArray(NUMBER_BYTES - bytes.size) + bytes to end
}
