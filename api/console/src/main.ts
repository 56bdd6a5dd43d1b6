import { mount } from "svelte";
import Root from "./Root.svelte";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/register.css";
import "./styles/print.css";

mount(Root, { target: document.getElementById("app") ?? document.body });
