package foz.contract;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckDigitsTest {

    @ParameterizedTest
    @ValueSource(strings = {"529.982.247-25", "52998224725", "11144477735"})
    void knowsACpf(String value) {
        assertTrue(CheckDigits.cpf(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"529.982.247-26", "11111111111", "", "abc", "5299822472", "529982247251"})
    void refusesWhatIsNoCpf(String value) {
        assertFalse(CheckDigits.cpf(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "11.222.333/0001-81",
                "11222333000181",
                "12.ABC.345/01DE-35",
                "12ABC34501DE35"
            })
    void knowsACnpjOfDigitsOrLetters(String value) {
        assertTrue(CheckDigits.cnpj(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "11222333000182",
                "00000000000000",
                "12.ABC.345/01DE-36",
                "12abc34501de35",
                "12ABC34501DEA5",
                "SCN-125"
            })
    void refusesWhatIsNoCnpj(String value) {
        assertFalse(CheckDigits.cnpj(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"7891000315507", "4006381333931", "96385074", "036000291452"})
    void knowsAnEan(String value) {
        assertTrue(CheckDigits.gtin(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111111111111111",
                "4111 1111 1111 1111",
                "378282246310005",
                "5555555555554444"
            })
    void knowsACard(String value) {
        assertTrue(CheckDigits.card(value));
    }

    /// The fourth is a telephone's IMEI: 15 digits that satisfy the same formula.
    @ParameterizedTest
    @ValueSource(
            strings = {"SCN-125", "4111111111111112", "125", "353918058567116", "0000000000000000"})
    void refusesWhatIsNoCard(String value) {
        assertFalse(CheckDigits.card(value));
    }
}
