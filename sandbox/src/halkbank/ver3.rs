//! Hash version 3 of the gate, written for this sandbox alone and on another crypto library than the client's, so that the
//! two check each other.
//!
//! The values of all fields in the order of their names, `\` and `|` escaped with a `\`, joined by `|` with the store key at
//! the end; SHA-512, base64.

use aws_lc_rs::digest::{SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::settings::Collation;

/// Fields that are never hashed.
const LEFT_OUT: &[&str] = &["hash", "encoding", "countdown"];

/// What is hashed.
pub(crate) fn plain(fields: &[(String, String)], collation: Collation, store_key: &str) -> String {
    let folded = |name: &str| match collation {
        Collation::Upper => name.to_ascii_uppercase(),
        Collation::Lower => name.to_ascii_lowercase(),
    };
    let mut fields: Vec<_> =
        fields.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.to_ascii_lowercase().as_str())).collect();
    fields.sort_by_key(|(name, _)| folded(name));
    let values = fields.iter().map(|(_, value)| value.as_str()).chain([store_key]);
    values.map(|value| value.replace('\\', "\\\\").replace('|', "\\|")).collect::<Vec<_>>().join("|")
}

/// The hash of these fields.
pub(crate) fn hash(fields: &[(String, String)], collation: Collation, store_key: &str) -> String {
    STANDARD.encode(digest(&SHA512, plain(fields, collation, store_key).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Vector {
        printed: &'static str,
        store_key: &'static str,
        fields: &'static str,
        plain: &'static str,
        hash: &'static str,
    }

    /// One field a line, its value after the first `=`.
    fn fields(lines: &str) -> Vec<(String, String)> {
        let fields = lines.lines().map(|line| line.split_once('=').unwrap());
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    const VECTORS: &[Vector] = &[
        Vector {
            printed: "mewebstudio/pos, EstV3PosCryptTest.php, 3d_pay",
            store_key: "123456",
            fields: "clientid=190100000\nstoretype=3d_pay\namount=100.25\noid=order222\nokUrl=https://domain.com/success\n\
                     failUrl=https://domain.com/fail_url\nrnd=rand\nlang=tr\ncurrency=949\ntaksit=\nislemtipi=Auth\n\
                     firmaadi=siparis veren\nEmail=test@test.com\nhashAlgorithm=ver3",
            plain: "100.25|190100000|949|test@test.com|https://domain.com/fail_url|siparis veren|ver3|Auth|tr|order222|https://domain.com/success|rand|3d_pay||123456",
            hash: "/uPxhEKWCEGi3NsDOOQ4u8Hu5g71v5GWspOid70WehTWEz97PqxG3IN1Jv5jsbOXOw3Z3Rr/0UtywzEgbqFfdA==",
        },
        Vector {
            printed: "mewebstudio/pos, EstV3PosCryptTest.php, 3d",
            store_key: "123456",
            fields: "clientid=190100000\nstoretype=3d\namount=100.25\noid=order222\nokUrl=https://domain.com/success\n\
                     failUrl=https://domain.com/fail_url\nrnd=12345\nlang=tr\ncurrency=949\ntaksit=\nislemtipi=Auth\nhashAlgorithm=ver3",
            plain: "100.25|190100000|949|https://domain.com/fail_url|ver3|Auth|tr|order222|https://domain.com/success|12345|3d||123456",
            hash: "4aUsG5hqlIFLc9s8PKc5rWb2OLhmxDDewNgKa2XrwoYCIxlyVq8Fjl4IVaZzoqL983CfTseicmnTA0PjZr74xg==",
        },
        Vector {
            printed: "mewebstudio/pos, EstV3PosCryptTest.php, a real return of 3d_pay",
            store_key: "123456",
            fields: RETURNED,
            plain: "454672|184784|1.01|216981|true|ABABBCgghAAAAABllJMDdZdTdic=|190200000|89.244.149.137|949|digest|1|05|12|26|mail@customer.com||VISA|AKBANK T.A.S.|000000010.00|20221030 17:42:33|http://localhost/akbank/3d-pay/response.php|John Doe|ver3|230317184784|Auth|tr|4355 08** **** 4358|435508***4358|435508:51104213993AC8DFE8839C7F7E391B461115D09A1D88948C8ACE421D7D7EAA5A:3545:##190200000|Y-status/Challenge authentication via ACS: https://3ds-acs.test.modirum.com/mdpayacs/creq?token=214711321.1667140951.Ud_jQl3B2l1|1|190200000|Ziraat 3D_Pay|202210308C0F|http://localhost/akbank/3d-pay/response.php|true|true|1|00|Approved|202210308C0F|J/jGATA5LLVaMfpU+Yyu|2383|1|3d_pay|||22303RqiC11252|Y|2.0|N1An1iS5iN4u/1VWS6CgzSGRtN0=|123456",
            hash: "jVgcwtx4vxxAcX8+ajsrrzp77k9uaGu1pjDQfCpoUG95y2MwwGipc6cF3kESiTphjV8/1ESSc6zg9KyTSxUnzA==",
        },
        Vector {
            printed: "NestPay Hash Version 3 v2.1, the plain text; its digest is ours",
            store_key: "TEST1234",
            fields: "amount=95.93\nBillToCompany=billToCompany\nBillToName=name\n\
                     callbackUrl=http://localhost:8080/SampleCodeJSPTest/GateResponseControl.jsp\nclientid=100200127\ncurrency=949\n\
                     failUrl=http://localhost:8080/SampleCodeJSPTest/GenericVer3ResponseHandler\nhashAlgorithm=ver3\nInstalment=\nlang=tr\n\
                     okurl=http://localhost:8080/SampleCodeJSPTest/GenericVer3ResponseHandler\nrefreshtime=5\nrnd=87954458746\nstoretype=3D\nTranType=Auth",
            plain: "95.93|billToCompany|name|http://localhost:8080/SampleCodeJSPTest/GateResponseControl.jsp|100200127|949|http://localhost:8080/SampleCodeJSPTest/GenericVer3ResponseHandler|ver3||tr|http://localhost:8080/SampleCodeJSPTest/GenericVer3ResponseHandler|5|87954458746|3D|Auth|TEST1234",
            hash: "Lq4rSjZrfKHIdfglyEv1M3/YcP5kSkDOPXftDfIadqq6P7QVXqAclz++B/7bm7+UYtML6fI59oqoxnvGEx10JQ==",
        },
        Vector {
            printed: "ours: escaping and Turkish letters",
            store_key: "SKEY|1\\2",
            fields: "clientid=190100000\nstoretype=3d\namount=100.25\noid=ORDER-256712jbs\\j6b|\nokUrl=https://domain.com/success\n\
                     failUrl=https://domain.com/fail_url\nrnd=rand-21212\nlang=tr\ncurrency=949\ntaksit=\nhashAlgorithm=ver3\nTranType=Auth\n\
                     firmaadi=Çağrı Şöğüt İş",
            plain: "100.25|190100000|949|https://domain.com/fail_url|Çağrı Şöğüt İş|ver3|tr|ORDER-256712jbs\\\\j6b\\||https://domain.com/success|rand-21212|3d||Auth|SKEY\\|1\\\\2",
            hash: "AB6CgeO1ptA5YLUcBwPTHAuGy84YWxY80kSxzLdpol3Pbldk6zzAXoxEy2hcebaRqjBWUY4oXb+R8HpM3ZLNjg==",
        },
    ];

    const RETURNED: &str = "ReturnOid=202210308C0F\nTRANID=\nhashAlgorithm=ver3\nPAResSyntaxOK=true\nfirmaadi=John Doe\nislemtipi=Auth\nlang=tr\n\
        merchantID=190200000\nmaskedCreditCard=4355 08** **** 4358\namount=1.01\nsID=1\nACQBIN=454672\nEcom_Payment_Card_ExpDate_Year=26\n\
        EXTRA_CARDBRAND=VISA\nEmail=mail@customer.com\nMaskedPan=435508***4358\nacqStan=184784\nmerchantName=Ziraat 3D_Pay\nclientIp=89.244.149.137\n\
        EXTRA_KAZANILANPUAN=000000010.00\nokUrl=http://localhost/akbank/3d-pay/response.php\nfailUrl=http://localhost/akbank/3d-pay/response.php\n\
        md=435508:51104213993AC8DFE8839C7F7E391B461115D09A1D88948C8ACE421D7D7EAA5A:3545:##190200000\nProcReturnCode=00\npayResults_dsId=1\ntaksit=\n\
        TransId=22303RqiC11252\nEXTRA_TRXDATE=20221030 17:42:33\nEcom_Payment_Card_ExpDate_Month=12\nstoretype=3d_pay\nResponse=Approved\nSettleId=2383\n\
        ErrMsg=\nPAResVerified=true\n\
        mdErrorMsg=Y-status/Challenge authentication via ACS: https://3ds-acs.test.modirum.com/mdpayacs/creq?token=214711321.1667140951.Ud_jQl3B2l1\n\
        cavv=ABABBCgghAAAAABllJMDdZdTdic=\ndigest=digest\nHostRefNum=230317184784\ncallbackCall=true\nAuthCode=216981\nxid=N1An1iS5iN4u/1VWS6CgzSGRtN0=\n\
        encoding=ISO-8859-9\ncurrency=949\noid=202210308C0F\nmdStatus=1\ndsId=1\neci=05\nversion=2.0\nEXTRA_CARDISSUER=AKBANK T.A.S.\nclientid=190200000\n\
        txstatus=Y\nrnd=J/jGATA5LLVaMfpU+Yyu";

    #[test]
    fn every_published_hash() {
        for vector in VECTORS {
            let fields = fields(vector.fields);
            for collation in [Collation::Upper, Collation::Lower] {
                assert_eq!(plain(&fields, collation, vector.store_key), vector.plain, "{}", vector.printed);
                assert_eq!(hash(&fields, collation, vector.store_key), vector.hash, "{}", vector.printed);
            }
        }
    }

    #[test]
    fn names_with_dots_and_what_is_left_out() {
        let (genuine, key) = (VECTORS[2].hash, VECTORS[2].store_key);
        assert_eq!(hash(&fields(&RETURNED.replace("EXTRA_", "EXTRA.")), Collation::Upper, key), genuine);
        let more = format!("{RETURNED}\nHASH={genuine}\nCountDown=5\nEncoding=x");
        assert_eq!(hash(&fields(&more), Collation::Upper, key), genuine);
        for changed in [RETURNED.replace("mdStatus=1", "mdStatus=2"), format!("{RETURNED}\nextra=")] {
            assert_ne!(hash(&fields(&changed), Collation::Upper, key), genuine);
        }
    }

    #[test]
    fn the_order_of_an_underscore() {
        let fields = fields("a_b=1\nabc=2");
        assert_eq!(plain(&fields, Collation::Upper, "k"), "2|1|k");
        assert_eq!(plain(&fields, Collation::Lower, "k"), "1|2|k");
    }
}
