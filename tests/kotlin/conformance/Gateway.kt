package io.github.halkode.conformance

import io.github.halkode.Client
import io.github.halkode.Config
import io.github.halkode.Halkbank
import io.github.halkode.HalkbankConfig
import io.github.halkode.Halkode
import io.github.halkode.Json
import io.github.halkode.Model

/** A gateway, by the name of its folder. */
internal enum class Gateway(
    /** The member of a replay with the address for it. */
    val address: String,
    val client: Class<out Client>,
    val config: Class<out Model>,
    /** A client from JSON, for a configuration that the typed one cannot say. */
    val fromJson: (Json.Object) -> Client,
    /** The published test merchant, whose keys a client has unless a case says otherwise. */
    val keys: Map<String, Json>,
    /** How many requests for a token a conversation needs, unless a case says otherwise. */
    val tokens: Int,
) {
    HALKODE(
        "base_url",
        Halkode::class.java,
        Config::class.java,
        Halkode::fromJson,
        Json.members(
            "app_id" to "a2a7cb8131890a35353629182274c756",
            "app_secret" to "a9b5c28211388c7a6a705122a24e6f46",
            "merchant_key" to "\$2y\$10\$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
        ),
        tokens = 1,
    ),

    /** User and password are made up: the bank publishes none. */
    HALKBANK(
        "halkbank_url",
        Halkbank::class.java,
        HalkbankConfig::class.java,
        Halkbank::fromJson,
        Json.members(
            "client_id" to "500100000",
            "store_key" to "123456",
            "api_user" to "halkbankapi",
            "api_password" to "HALKBANK-05",
        ),
        tokens = 0,
    ),
    ;

    companion object {
        fun of(folder: String): Gateway = valueOf(folder.uppercase())
    }
}
