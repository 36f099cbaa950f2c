#!/usr/bin/env bash
# Takes payments at both gateways with the jar of a release, in an empty Maven project that has nothing else: tests/packages/kotlin.sh DIST
# Run it with the banks: scripts/with-sandbox.sh tests/packages/kotlin.sh dist
set -euo pipefail
dist=$(realpath "${1:?kotlin.sh DIST}")
pom=$(realpath "$(dirname "$0")/../../bindings-kotlin/pom.xml")
compiler=$(sed -n 's|.*<kotlin.compiler>\(.*\)</kotlin.compiler>.*|\1|p' "$pom")
version=$(basename "$(dirname "$(find "$dist/maven/io/github/halkode/halkode" -name 'halkode-*.pom')")")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# A repository of its own, so that no halkode of another day is found; Maven's own tools need not be fetched again, though.
if [ -d "$HOME/.m2/repository" ]; then
    cp -Rl "$HOME/.m2/repository" repository 2> /dev/null || { rm -rf repository && cp -R "$HOME/.m2/repository" repository; }
    rm -rf repository/io/github/halkode
fi

cat > pom.xml << POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>empty-shop</artifactId>
  <version>1</version>
  <properties>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
    <kotlin.compiler.daemon>false</kotlin.compiler.daemon>
  </properties>
  <repositories>
    <repository><id>dist</id><url>file://$dist/maven</url></repository>
  </repositories>
  <dependencies>
    <dependency><groupId>io.github.halkode</groupId><artifactId>halkode</artifactId><version>$version</version></dependency>
  </dependencies>
  <build>
    <sourceDirectory>src</sourceDirectory>
    <plugins>
      <plugin>
        <groupId>org.jetbrains.kotlin</groupId>
        <artifactId>kotlin-maven-plugin</artifactId>
        <version>$compiler</version>
        <executions><execution><goals><goal>compile</goal></goals></execution></executions>
      </plugin>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-dependency-plugin</artifactId>
        <version>3.9.0</version>
        <executions>
          <execution>
            <phase>compile</phase>
            <goals><goal>build-classpath</goal></goals>
            <configuration><outputFile>classpath</outputFile></configuration>
          </execution>
        </executions>
      </plugin>
    </plugins>
  </build>
</project>
POM

mkdir src
cat > src/Pay.kt << 'KOTLIN'
import io.github.halkode.*
import java.math.BigDecimal

fun sale(invoiceId: String, number: String) = Pay2d(
    invoiceId = invoiceId,
    total = BigDecimal("149.90"),
    name = "Ayşe",
    surname = "Yılmaz",
    card = Card("Ayşe Yılmaz", Secret(number), "12", "2040", Secret("555")),
)

// Letters among the digits: a run of digits may look like a card number, which the library refuses in such a place.
fun number(name: String) = name + System.nanoTime().toString(36).uppercase()

fun main() {
    halkode()
    halkbank()
}

fun halkode() = Halkode.fromEnv().use { client ->
    val invoiceId = number("KTPKG")
    client.pay2d(sale(invoiceId, "4155650100416111"))
    val status = client.checkStatus(CheckStatus(invoiceId))
    check(status.state == PaymentState.PAID && status.productPrice == BigDecimal("149.90")) { "$status" }
    val declined = try {
        client.pay2d(sale("${invoiceId}D", "4155650100000519"))
        error("the card should have been declined")
    } catch (error: HalkodeException.Declined) {
        error
    }
    check(declined.bankCode == "51" && !declined.inDoubt) { "$declined" }
    print("paid $invoiceId, 149.90 TRY; declined: ${declined.explanationTr}")
}

fun halkbank() = Halkbank.fromEnv().use { bank ->
    val orderId = number("KTPKGBANK")
    val address = "https://shop.example/return"
    val form = bank.gateForm(MakeGateForm(StoreType.THREE_D_PAY_HOSTING, "${orderId}F", BigDecimal("75.50"), address, address))
    check("<form" in form.html.expose() && form.fields.any { it.name == "hash" }) { "$form" }
    val card = BankCard(Secret("4531444531442283"), "12", "2040", Secret("001"))
    bank.sale(BankSale(orderId, BigDecimal("149.90"), card))
    val status = bank.orderStatus(GetOrderStatus(orderId))
    check(status.state == OrderState.PAID && status.capturedAmount == BigDecimal("149.90")) { "$status" }
    println("; at Halkbank a form for the gate, and paid $orderId, 149.90 TRY")
}
KOTLIN

mvn -Dstyle.color=never --batch-mode --no-transfer-progress --quiet -Dmaven.repo.local="$work/repository" compile
classpath=$(cat classpath)
case $classpath in
*"$(dirname "$(dirname "$pom")")"*)
    echo "packages: something of the checkout is on the class path" >&2
    exit 1
    ;;
esac
said=$(java -cp "target/classes:$classpath" PayKt)
echo "installed io.github.halkode:halkode:$version from $dist/maven; $said"
