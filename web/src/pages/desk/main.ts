import '../../ui/theme.css';
import { mount } from 'svelte';
import DeskPage from './DeskPage.svelte';

const target = document.getElementById('page');
if (target) mount(DeskPage, { target });
